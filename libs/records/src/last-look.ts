import { TimeoutError, type Clock } from '@batchmill/contracts';

const lastLookMs = 10_000;

/** The last look at a batch that is given up. It takes some seconds at most: then it rejects with a TimeoutError. */
export async function lastLook<T>(batchId: string, clock: Clock, look: () => Promise<T>): Promise<T> {
  const looked = new AbortController();
  const tooLate = clock.sleep(lastLookMs, looked.signal).then((): never => {
    throw new TimeoutError('provider.timeout', `${batchId}: the provider did not answer within ${lastLookMs} ms`);
  });
  tooLate.catch(() => undefined);
  return Promise.race([look(), tooLate]).finally(() => looked.abort());
}

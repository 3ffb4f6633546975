import { Blobs } from '@batchmill/blobs';
import { TimeoutError, isBatchmillError } from '@batchmill/contracts';
import { Outage } from '@batchmill/stage';
import { Vectors } from '@batchmill/vectors';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './engine.js';

const intervalMs = 5_000;
const defaultTimeoutMs = 5_000;

type Dependencies = Readonly<Record<string, { check(): Promise<void> }>>;
type WatchContext = Pick<Engine, 'clock' | 'log' | 'readiness'> & {
  /** How long a check may take. Default 5,000. */
  readonly timeoutMs?: number;
};

/** What this process needs: bus and store, which every stage uses, and the others that one of its stages injects. */
export function dependenciesOf(engine: Engine, used: (port: typeof Blobs | typeof Vectors) => boolean): Dependencies {
  const { bus, store, documentStore, blobs, vectors } = engine;
  return {
    bus,
    store,
    ...(documentStore !== store && { documents: documentStore }),
    ...(used(Blobs) && { blobs }),
    ...(used(Vectors) && { vectors }),
  };
}

/** Checks dependencies at intervals and reports outages to the readiness. The returned function stops it. */
export function watchDependencies(dependencies: Dependencies, context: WatchContext): () => Promise<void> {
  const stopped = new AbortController();
  const watches = Object.entries(dependencies).map(([name, dependency]) => {
    return watch(dependency, new Outage(name, name, context), context, stopped.signal);
  });
  return async () => {
    stopped.abort();
    await Promise.all(watches);
  };
}

async function watch(
  dependency: { check(): Promise<void> },
  outage: Outage,
  { clock, timeoutMs = defaultTimeoutMs }: WatchContext,
  stopped: AbortSignal,
): Promise<void> {
  const isStopped = (): boolean => stopped.aborted;
  /** What the last check that came to an end failed with, also one that ended long after its time. */
  let lastReason: unknown = null;
  while (!isStopped()) {
    const check = dependency.check();
    check.then(
      () => (lastReason = null),
      (error: unknown) => (lastReason = error),
    );
    try {
      await inTime(check, timeoutMs, stopped);
      outage.recovered();
    } catch (error) {
      if (!isStopped()) outage.report('a dependency does not answer', withReason(error, lastReason));
    }
    await clock.sleep(intervalMs, stopped);
  }
}

async function inTime(check: Promise<void>, timeoutMs: number, stopped: AbortSignal): Promise<void> {
  const done = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: AbortSignal.any([stopped, done.signal]) }).then(() => {
    throw new TimeoutError('service.no-answer', `no answer within ${timeoutMs / 1000} s`);
  });
  await Promise.race([check, timeout]).finally(() => done.abort());
}

/** A check that had no answer in time is reported with the reason of an earlier one, if there is one. */
function withReason(error: unknown, lastReason: unknown): unknown {
  const isLate = isBatchmillError(error) && error.code === 'service.no-answer';
  if (!isLate || !(lastReason instanceof Error)) return error;
  const message = `${error.message}; what was said last: ${lastReason.message}`;
  return new TimeoutError('service.no-answer', message, { cause: lastReason });
}

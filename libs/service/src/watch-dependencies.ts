import { TimeoutError } from '@batchmill/contracts';
import { Outage } from '@batchmill/stage';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './engine.js';

const intervalMs = 5_000;
const timeoutMs = 5_000;

type Dependencies = Readonly<Record<string, { check(): Promise<void> }>>;
type WatchContext = Pick<Engine, 'clock' | 'log' | 'readiness'>;

/** The dependencies of every stage. An outage of the others is noticed by the work that uses them. */
export function dependenciesOf({ bus, store, documentStore }: Engine): Dependencies {
  return { bus, store, ...(documentStore !== store && { documents: documentStore }) };
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
  { clock }: WatchContext,
  stopped: AbortSignal,
): Promise<void> {
  const isStopped = (): boolean => stopped.aborted;
  while (!isStopped()) {
    try {
      await withTimeout(dependency.check(), stopped);
      outage.recovered();
    } catch (error) {
      if (!isStopped()) outage.report('a dependency does not answer', error);
    }
    await clock.sleep(intervalMs, stopped);
  }
}

async function withTimeout(check: Promise<void>, stopped: AbortSignal): Promise<void> {
  const done = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: AbortSignal.any([stopped, done.signal]) }).then(() => {
    throw new TimeoutError('service.no-answer', `no answer within ${timeoutMs / 1000} s`);
  });
  check.catch(() => undefined); // it may fail long after the timeout
  await Promise.race([check, timeout]).finally(() => done.abort());
}

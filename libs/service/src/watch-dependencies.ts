import { TimeoutError } from '@batchmill/contracts';
import { Outage } from '@batchmill/stage';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './engine.js';

/** So that a dependency that is away is known before work needs it. */
const everyMs = 5_000;
const answersWithinMs = 5_000;

type Checked = Readonly<Record<string, { check(): Promise<void> }>>;
type Needs = Pick<Engine, 'clock' | 'log' | 'readiness'>;

/** What every stage needs whatever it does; what only some need is told by their work. */
export function dependenciesOf({ bus, store, documentStore }: Engine): Checked {
  return { bus, store, ...(documentStore !== store && { documents: documentStore }) };
}

/** Asks dependencies again and again whether they are there, and keeps the answer in the readiness. Returns the end of it. */
export function watchDependencies(dependencies: Checked, needs: Needs): () => Promise<void> {
  const over = new AbortController();
  const looking = Object.entries(dependencies).map(([name, dependency]) => {
    return look(dependency, new Outage(name, name, needs), needs, over.signal);
  });
  return async () => {
    over.abort();
    await Promise.all(looking);
  };
}

async function look(
  dependency: { check(): Promise<void> },
  absence: Outage,
  { clock }: Needs,
  over: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => over.aborted;
  while (!isOver()) {
    try {
      await inTime(dependency.check(), over);
      absence.recovered();
    } catch (error) {
      if (!isOver()) absence.report('a dependency does not answer', error);
    }
    await clock.sleep(everyMs, over);
  }
}

async function inTime(checking: Promise<void>, over: AbortSignal): Promise<void> {
  const done = new AbortController();
  const late = sleep(answersWithinMs, undefined, { signal: AbortSignal.any([over, done.signal]) }).then(() => {
    throw new TimeoutError('service.no-answer', `no answer within ${answersWithinMs / 1000} s`);
  });
  checking.catch(() => undefined); // it may fail long after nobody waits for it
  await Promise.race([checking, late]).finally(() => done.abort());
}

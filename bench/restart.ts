import type { Batch } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { SimulatorProcess, storedRecords } from '@batchmill/testing';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf, startChild } from './child.ts';
import { contestEnv } from './contest.ts';
import type { Goal } from './goals.ts';
import { inTurns, median } from './in-turns.ts';
import { engineCommand, engineEnv, engineFlags, type Place } from './measure.ts';
import { awaited, batchesAtWork, untilRetaken } from './retaken.ts';

const documents = 2_000;
const timeoutMs = 300_000;

/** What the process has in hand when it is killed. */
interface InHand {
  readonly name: string;
  /** The goal: so soon after its start the next process goes on with it. */
  readonly mostSeconds: number;
  prepare(simulator: SimulatorProcess): Promise<void>;
  /** Resolves once the process has these batches in hand. */
  taken(store: Store, simulator: SimulatorProcess): Promise<readonly Batch[]>;
  /** Resolves once the next process goes on with them. */
  goesOn(store: Store, batches: readonly Batch[]): Promise<void>;
}

const work: InHand = {
  name: 'its work',
  mostSeconds: 3,
  prepare: () => Promise.resolve(),
  taken: batchesAtWork,
  goesOn: untilRetaken,
};

/** The provider lists the batch only after the kill, so that the first process does not find it. */
const create: InHand = {
  name: 'a create call whose answer was lost',
  mostSeconds: 15,
  prepare: async (simulator) => {
    await simulator.ask('PUT', '/admin/faults', [
      { on: 'batches.create', what: 'drop-answer', times: 1 },
      { on: 'batches.list', what: 'stale' },
    ]);
  },
  taken: (store, simulator) =>
    awaited('a lost answer', async () => {
      const armed = await storedRecords(store).batches.findOne({ state: 'built', 'submission.armed.key': { $gt: '' } });
      return armed !== null && (await simulator.ledger()).batches.length > 0 && [armed];
    }),
  goesOn: async (store, batches) => {
    const ids = batches.map(({ _id }) => _id);
    await awaited('the batch to be found', async () => {
      const missing = await storedRecords(store).batches.count({ _id: { $in: ids }, state: 'built' });
      return missing === 0;
    });
  },
};

const cases = { work, create };

/**
 * `batchmill run` is killed with `kill -9` and started again. How many seconds after that start it goes on with what the dead process had in
 * hand. Then the run goes to its end, and nothing may have been paid twice.
 */
export async function measureRestarts(place: Place, rounds: number): Promise<ReadonlyMap<string, readonly number[]>> {
  return inTurns({ work: () => restart(work, place), create: () => restart(create, place) }, rounds);
}

export function restartGoals(measured: ReadonlyMap<string, readonly number[]>): Goal[] {
  return Object.entries(cases).map(([key, { name, mostSeconds }]) => {
    const seconds = measured.get(key) ?? [];
    return {
      name: `killed and started again, the engine goes on with ${name} within ${mostSeconds} s`,
      found: `${median(seconds).toFixed(1)} s (${seconds.map((one) => one.toFixed(1)).join(', ')})`,
      isHit: median(seconds) <= mostSeconds,
    };
  });
}

async function restart(inHand: InHand, { folder, documentsFile }: Place): Promise<number> {
  const home = await mkdtemp(join(folder, 'restart-'));
  await cp(documentsFile, join(home, 'state.db'));
  const simulator = await SimulatorProcess.start(join(home, 'provider'), '--turnaround', '1s');
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  const start = (): ChildProcess => {
    const env = {
      ...engineEnv,
      ...{ [contestEnv.home]: home, [contestEnv.baseUrl]: `${simulator.url}/v1`, [contestEnv.batchSize]: '500' },
    };
    const what = ['run', 'chunks', '--endpoint', 'embeddings', '--limit', String(documents), '--run-id', 'killed'];
    return startChild([...engineFlags, engineCommand, ...what, '--json'], env);
  };
  try {
    await inHand.prepare(simulator);
    const first = start();
    first.stdout?.resume();
    first.stderr?.resume();
    const batches = await inHand.taken(store, simulator);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await simulator.ask('PUT', '/admin/faults', []);
    const startedAt = performance.now();
    const ended = outputOf(start(), timeoutMs);
    await inHand.goesOn(store, batches);
    const seconds = (performance.now() - startedAt) / 1000;
    const { succeeded } = JSON.parse(await ended) as { succeeded: number };
    const { twice } = await simulator.ledger();
    if (succeeded !== documents || twice.length > 0)
      throw new Error(`${succeeded} of ${documents} succeeded, ${twice.length} were paid twice`);
    return seconds;
  } finally {
    await store.close();
    await simulator.end();
  }
}

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

const mostSeconds = { work: 3, create: 15 } as const;
const documents = 2_000;
const timeoutMs = 300_000;

type Killed = keyof typeof mostSeconds;

/**
 * `batchmill run` is killed with `kill -9` and started again. How many seconds after that start it goes on: with what the dead process had
 * in hand (work), and with a batch whose create call was made and whose answer was lost (create). Then the run goes to its end, and
 * nothing may have been paid twice.
 */
export async function measureRestarts(place: Place, rounds: number): Promise<ReadonlyMap<string, readonly number[]>> {
  return inTurns({ work: () => restart('work', place), create: () => restart('create', place) }, rounds);
}

export function restartGoals(measured: ReadonlyMap<string, readonly number[]>): Goal[] {
  const names = { work: 'its work', create: 'a create call whose answer was lost' } as const;
  return Object.entries(names).map(([killed, what]) => {
    const most = mostSeconds[killed as Killed];
    const seconds = measured.get(killed) ?? [];
    return {
      name: `killed and started again, the engine goes on with ${what} within ${most} s`,
      found: `${median(seconds).toFixed(1)} s (${seconds.map((one) => one.toFixed(1)).join(', ')})`,
      isHit: median(seconds) <= most,
    };
  });
}

async function restart(killed: Killed, { folder, documentsFile }: Place): Promise<number> {
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
    if (killed === 'create') await loseCreate(simulator);
    const first = start();
    first.stdout?.resume();
    first.stderr?.resume();
    const { batches } = storedRecords(store);
    const held =
      killed === 'create'
        ? await awaited('a lost answer', async () => {
            const armed = await batches.findOne({ state: 'built', 'submission.armed.key': { $gt: '' } });
            return armed !== null && (await simulator.ledger()).batches.length > 0 && [armed];
          })
        : await batchesAtWork(store);
    first.kill('SIGKILL');
    await once(first, 'exit');
    if (killed === 'create') await simulator.ask('PUT', '/admin/faults', []);
    const startedAt = performance.now();
    const ended = outputOf(start(), timeoutMs);
    if (killed === 'work') await untilRetaken(store, held);
    else
      await awaited(
        'the batch to be found',
        async () => (await batches.count({ _id: held[0]?._id, state: 'built' })) === 0,
      );
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

/** The provider lists the batch only after the kill, so that the first process does not find it. */
async function loseCreate(simulator: SimulatorProcess): Promise<void> {
  await simulator.ask('PUT', '/admin/faults', [
    { on: 'batches.create', what: 'drop-answer', times: 1 },
    { on: 'batches.list', what: 'stale' },
  ]);
}

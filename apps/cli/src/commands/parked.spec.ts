import { SystemClock } from '@batchmill/contracts';
import { Claims, Runs, type Claim, type Run, type RecordedError } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const clock = new SystemClock();
const error: RecordedError = { kind: 'ProcessingError', code: 'claim.no-run', message: 'no run', at: clock.now() };

describe('batchmill parked retry', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-parked-'));
    await withStore(async (store) => {
      const runs = new Runs(store, clock);
      const claims = store.collection<Claim>('claims');
      for (const id of ['first', 'second']) {
        const run = { ...runs.new(id, { pipeline: 'notes' }, null), state: 'running', parked: true } as const;
        await runs.insert({ ...run, error: { ...error, code: 'run.no-request' } }).apply([]);
        await claims.insertOne({ ...run, _id: `${id}.c1`, runId: id, state: 'sealed', error } as unknown as Claim);
      }
    });
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function withStore<T>(use: (store: EmbeddedStore) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  const parked = (): Promise<string[]> =>
    withStore(async (store) => {
      const runs: Run[] = await Array.fromAsync(new Runs(store, clock).parked());
      const claims: Claim[] = await Array.fromAsync(new Claims(store, clock).parked());
      return [...runs, ...claims].map(({ _id }) => _id).sort();
    });

  it('X2: --json prints which records it put back', async () => {
    const { out } = await runBatchmill(home, ['parked', 'retry', '--run', 'first', '--json']);

    expect(JSON.parse(out)).toEqual({ retried: ['first', 'first.c1'] });
  });

  it.each([
    ['--all', [], 4],
    ['--stage chunk-scanner', ['first.c1', 'second.c1'], 2],
    ['--stage jsonl-builder', ['first', 'second'], 2],
    ['--code claim.no-run', ['first', 'second'], 2],
    ['--run first', ['second', 'second.c1'], 2],
    ['--run first --stage jsonl-builder', ['first', 'second', 'second.c1'], 1],
    ['--code run.other', ['first', 'first.c1', 'second', 'second.c1'], 0],
  ])('X2: puts the records back that the options choose: %s', async (options, left, count) => {
    const { code, out } = await runBatchmill(home, ['parked', 'retry', ...options.split(' ')]);

    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${count} record`));
    expect(await parked()).toEqual(left);
  });

  it('puts one record back by its id', async () => {
    expect(await runBatchmill(home, ['parked', 'retry', 'first.c1'])).toMatchObject({ code: 0 });

    expect(await parked()).toEqual(['first', 'second', 'second.c1']);
  });

  it('Y4: on a copied state nothing is retried, and it says what to type', async () => {
    await runBatchmill(home, ['installation', 'take-over']);
    const original = home;
    home = `${original}-copy`;
    await cp(original, home, { recursive: true });
    try {
      const one = await runBatchmill(home, ['parked', 'retry', 'first']);
      const all = await runBatchmill(home, ['parked', 'retry', '--all']);

      for (const { code, err } of [one, all]) {
        expect(code).toBe(1);
        expect(err).toContain('batchmill installation renew');
      }
      expect(await parked()).toHaveLength(4);
    } finally {
      await rm(original, { recursive: true });
    }
  });

  it.each([
    ['nothing is chosen', [], /name one parked record, or choose several/],
    ['an id and an option are given', ['first', '--all'], /name one parked record, or choose several/],
    ['there is no such stage', ['--stage', 'scanner'], /--stage: found scanner, expected one of chunk-scanner/],
  ])('changes nothing and says what to give when %s', async (_, args, message) => {
    const { code, err } = await runBatchmill(home, ['parked', 'retry', ...args]);

    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(await parked()).toHaveLength(4);
  });
});

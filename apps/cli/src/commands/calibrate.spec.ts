import { SystemClock } from '@batchmill/contracts';
import { Budgets, Turnarounds } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CalibrationReport } from '../calibrate/calibration-report.js';
import { ProviderAccount } from '../testing/provider-account.js';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

const embeddings = ['text-embedding-3-small', '/v1/embeddings'] as const;

describe('batchmill calibrate', () => {
  let folder: string;
  let account: ProviderAccount;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-calibrate-'));
    account = await ProviderAccount.open(folder, { speed: 0, turnaround: { kind: 'fixed', seconds: 200 } });
  });
  afterEach(async () => {
    await account.close();
    await rm(folder, { recursive: true, force: true });
  });

  const calibrate = (...args: string[]): Promise<CommandResult> =>
    runBatchmill(join(folder, 'home'), ['calibrate', ...args], account.settings);
  const report = async (...args: string[]): Promise<CalibrationReport> =>
    JSON.parse((await calibrate('--json', ...args)).out) as CalibrationReport;

  async function inState<T>(look: (store: EmbeddedStore) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(folder, 'home/state.db') });
    try {
      return await look(store);
    } finally {
      await store.close();
    }
  }

  /** Three of 200 seconds, one of 36,200, one that expires, and one that its queue had no room for. */
  async function planted(): Promise<void> {
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push(await account.createBatch());
    await account.injectFaults({ on: 'batch', what: 'delay', value: 36_000 });
    ids.push(await account.createBatch());
    await account.injectFaults({ on: 'batch', what: 'expire', value: 50 });
    ids.push(await account.createBatch());
    await account.injectFaults({ on: 'batch', what: 'token-limit', value: 900_000 });
    ids.push(await account.createBatch({ url: '/v1/chat/completions' }));
    await account.advance(40_000);
    for (const id of ids) await account.endOf(id);
  }

  it('E5 M5: shows how long batches of other programs took and what the queue takes, and keeps it, on the first day', async () => {
    await planted();

    const { kinds, limits, batches } = await report();

    expect(batches).toBe(6);
    expect(kinds).toMatchObject([
      {
        model: 'text-embedding-3-small',
        endpoint: '/v1/embeddings',
        ...{ batches: 5, completed: 4, expired: 1, failed: 0, cancelled: 0 },
        requestsPerHour: 1,
      },
      {
        model: 'gpt-4o-mini',
        endpoint: '/v1/chat/completions',
        batches: 1,
        failed: 1,
        turnaround: { count: 0, p50: null },
      },
    ]);
    const { p10, p50, p75, p90, max, count } = kinds[0]!.turnaround;
    expect(count).toBe(5);
    expect([p10, p50, p75].every((seconds) => seconds !== null && seconds >= 200 && seconds < 300)).toBe(true);
    expect(p90).toBe(max);
    expect(max).toBeGreaterThan(36_000);
    expect(kinds[0]!.toStart.p50).toBeLessThan(200);
    expect(limits).toMatchObject([{ model: 'gpt-4o-mini', limited: 'tokens', value: 900_000, learned: true }]);
    const { account: name } = account.provider;
    await inState(async (store) => {
      const turnaround = await new Turnarounds(store).turnaroundOf(name, ...embeddings);
      expect([turnaround.count, turnaround.quantile(1)]).toEqual([5, max]);
      expect(await new Turnarounds(store).calibrationOf(name, ...embeddings)).toMatchObject({ batches: 5, expired: 1 });
      const named = await new Budgets(store, new SystemClock()).namedLimitsOf(name, 'gpt-4o-mini');
      expect(named.tokens).toBe(900_000);
    });
  });

  it('E5 M5: read again, it counts each batch once and leaves a limit that was learned', async () => {
    await planted();
    await report();

    const { limits } = await report();

    expect(limits).toMatchObject([{ learned: false }]);
    const turnaround = await inState((store) =>
      new Turnarounds(store).turnaroundOf(account.provider.account, ...embeddings),
    );
    expect(turnaround.count).toBe(5);
  });

  it('E5: reads only the newest batches where it is told so, and says it where there are none', async () => {
    const before = await calibrate();
    await planted();

    expect(before).toMatchObject({ code: 0, out: expect.stringMatching(/^no batches of this account since /) });
    expect(await report('--batches', '2')).toMatchObject({ batches: 2 });
  });

  it('E5: prints a table with a row per model and endpoint, and the limits below', async () => {
    await planted();

    const { out, code } = await calibrate();

    expect(code).toBe(0);
    expect(out).toMatch(
      /^6 batches of this account since .*\nMODEL .*P50.*P90.*\ntext-embedding-3-small .*3m 2\d?.*10h /,
    );
    expect(out).toMatch(/\nqueue of gpt-4o-mini: 900,000 tokens, named at .*; learned for a day\n$/);
  });
});

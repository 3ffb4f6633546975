import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { MemoryLog } from '@batchmill/telemetry';
import { DeadlineForecasts, Rates, RunWorks, SharedRateLimiter, notIngested, type Batch, type Run } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

const account = 'some-account';
const model = 'gpt-4.1-nano';
const perMinute = { requests: 3_000, tokens: 1_000_000 };
const minuteMs = 60_000;

export function describeDeadlines(make: MakeStore): void {
  describe('deadlines', () => {
    const fixture = eachWithFixture(make);
    let forecasts: DeadlineForecasts;
    beforeEach(() => {
      const { runs, claims, batches, clock, store } = fixture();
      const rates = new Rates(store, clock, perMinute);
      const works = new RunWorks(claims, batches, clock);
      forecasts = new DeadlineForecasts({ runs, works, rates, clock, account: () => account });
    });

    const chats: Partial<Batch> = { model, url: '/v1/chat/completions', requests: 3_000, documents: 3_000 };
    async function insertRun(id: string, minutes: number): Promise<Run> {
      const run = await fixture().insertRun(id, { state: 'running', deadlineAt: fixture().in(minutes * minuteMs) });
      await fixture().insertClaim({ runId: id, _id: `${id}.c1`, state: 'built', documents: 3_000 });
      await fixture().insertBatch({ ...chats, _id: `${id}.c1.b1`, runId: id, claimId: `${id}.c1`, state: 'submitted' });
      return run;
    }
    const minutesOf = async (run: Run): Promise<number> => ((await forecasts.of(run))?.synchronousMs ?? NaN) / minuteMs;

    it('M6: it goes by the rate that the provider has shown, where that is less than the settings say', async () => {
      const run = await insertRun('run', 60);
      const { store, clock } = fixture();
      const limiter = new SharedRateLimiter({ store, clock, log: new MemoryLog(), owner: 'one', perMinute });
      const call = { name: 'chat', account, model, tokens: 1 };
      const silent = { limit: null, remaining: null, resetMs: null };
      const shown = { requests: { ...silent, limit: 500 }, tokens: silent, stopMs: 0, usedTokens: null };

      await limiter.note(call, shown);

      expect(await minutesOf(run)).toBe(6);
    });

    it('M6: runs with an earlier deadline go first, and a later one counts only by what it has begun to send', async () => {
      const run = await insertRun('run', 60);
      await insertRun('earlier', 30);
      await insertRun('later', 90);

      expect(await minutesOf(run)).toBe(2);

      await fixture().insertBatch({
        ...chats,
        _id: 'later.c1.b2',
        runId: 'later',
        claimId: 'later.c1',
        number: 2,
        synchronous: { offset: 0 } as never, // the only field that is read
      });
      fixture().clock.advance(3_000);

      expect(await minutesOf(run)).toBe(3);
    });

    it('M6: what a batch of several models lacks is not waited for until the last of them is late', async () => {
      const run = await insertRun('run', 60);
      await fixture().insertBatch({
        ...chats,
        model: 'gpt-4.1',
        number: 2,
        state: 'ingested',
        ingestion: { ...notIngested, retried: 3_000 },
      });

      const overtakeAt = (await forecasts.of(run))?.overtakeAt.get('run.c1.b1');
      expect((await forecasts.of(run))?.synchronousMs).toBe(minuteMs);
      expect(overtakeAt?.getTime()).toBeLessThan(
        fixture()
          .in(59 * minuteMs)
          .getTime(),
      );
    });
  });
}

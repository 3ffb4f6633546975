import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { endedBatch } from '../testing/ended-batch.js';
import { concurrently, eachWithFixture } from './fixture.contract.js';

const account = 'some-account';
const embeddings = { model: 'text-embedding-3-small', url: '/v1/embeddings' };
const chat = { model: 'gpt-4o-mini', url: '/v1/chat/completions' };

export function describeTurnarounds(make: MakeStore): void {
  describe('turnarounds', () => {
    const fixture = eachWithFixture(make);
    const of = ({ model, url } = embeddings) => fixture().turnarounds.turnaroundOf(account, model, url);
    const add = (numbers: readonly number[], seconds = (number: number) => number, kind = embeddings) => {
      const batches = numbers.map((number) => endedBatch(`batch_${number}`, seconds(number), number));
      return fixture().turnarounds.add(account, kind, batches);
    };
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

    it('E5: without batches that have ended nothing is known', async () => {
      const turnaround = await of();

      expect(turnaround.count).toBe(0);
      expect(turnaround.quantile(0.5)).toBeNull();
      expect(turnaround.toStart.quantile(0.5)).toBeNull();
    });

    it('E5: the quantiles are of the last 500 batches that ended, in whatever order they were added', async () => {
      await add(upTo(600).slice(300));
      await add(upTo(300));

      const turnaround = await of();

      expect(turnaround.count).toBe(500);
      expect([0, 0.5, 1].map((share) => turnaround.quantile(share))).toEqual([101, 350, 600]);
    });

    it('R3: each of them can be read, with its number of requests', async () => {
      await add([2, 1]);

      const samples = await fixture().turnarounds.samplesOf(account, embeddings.model, embeddings.url);

      expect(samples.map(({ id, seconds, requests }) => [id, seconds, requests])).toEqual([
        ['batch_1', 1, 2],
        ['batch_2', 2, 2],
      ]);
    });

    it('M1: how long it took by our clock is kept where it is known', async () => {
      const { turnarounds } = fixture();
      await turnarounds.add(account, embeddings, [{ ...endedBatch('batch_1', 60, 1), ourSeconds: 61.5 }]);
      await add([2]);

      const samples = await turnarounds.samplesOf(account, embeddings.model, embeddings.url);

      expect(samples.map(({ ourSeconds }) => ourSeconds)).toEqual([61.5, undefined]);
    });

    it('E5: a batch that is added again counts once', async () => {
      await add([1, 2]);
      await add([2, 3]);

      expect((await of()).count).toBe(3);
    });

    it('E5: 16 concurrent workers lose none', async () => {
      await concurrently(16, (worker) => add([worker]));

      expect((await of()).count).toBe(16);
    });

    it('E5: models, endpoints and accounts are kept apart, the dated version of a model is not', async () => {
      await add([1]);
      await add([2], undefined, chat);
      await add([3], undefined, { ...chat, model: 'gpt-4o-mini-2024-07-18' });
      await add([4], undefined, { ...chat, url: '/v1/responses' });
      await fixture().turnarounds.add('other-account', chat, [endedBatch('batch_5', 5, 5)]);

      expect((await of(chat)).count).toBe(2);
      expect((await of({ ...chat, model: 'gpt-4o-mini-2026-01-01' })).quantile(1)).toBe(3);
      expect((await of()).count).toBe(1);
    });

    it('E5: a calibration is kept beside the batches that ended, before and after them', async () => {
      const { turnarounds, clock } = fixture();
      const counts = { batches: 4, completed: 1, expired: 1, failed: 2, cancelled: 0 };
      const calibration = { at: clock.now(), ...counts, requestsPerHour: 1_000 };
      const kept = ({ model, url } = embeddings) => turnarounds.calibrationOf(account, model, url);

      expect(await kept()).toBeNull();
      await turnarounds.calibrate(account, embeddings, calibration);
      await add([1, 2]);
      await add([1], undefined, chat);
      await turnarounds.calibrate(account, chat, { ...calibration, requestsPerHour: null });

      expect(await kept()).toEqual(calibration);
      expect((await of()).count).toBe(2);
      expect(await kept(chat)).toMatchObject({ requestsPerHour: null });
      expect((await of(chat)).count).toBe(1);
    });
  });
}

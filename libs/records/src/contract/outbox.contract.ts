import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithBench, type Bench } from './bench.contract.js';

const accepted = 'batchmill.run.accepted';
const finished = 'batchmill.run.finished';

export function describeOutbox(make: MakeStore): void {
  describe('the outbox', () => {
    const bench = eachWithBench(make);

    it('are found with the records that hold them, whatever the records’ state', async () => {
      await bench().insertRun('running', { state: 'running', outbox: [bench().fact('one', accepted)] });
      await bench().insertRun('parked', { parked: true, outbox: [bench().fact('two', accepted)] });
      await bench().insertRun('ended', { state: 'finished', outbox: [bench().fact('three', accepted)] });
      await bench().insertRun('silent');

      expect(await unpublishedOf(bench(), { topics: [accepted] })).toEqual([
        'ended three',
        'parked two',
        'running one',
      ]);
    });

    it('are found by their topics: each stage says its own', async () => {
      const outbox = [bench().fact('one', accepted), bench().fact('two', finished)];
      await bench().insertRun('run', { outbox });

      expect(await unpublishedOf(bench(), { topics: [finished] })).toEqual(['run two']);
      expect(await unpublishedOf(bench(), { topics: [accepted, finished] })).toEqual(['run one', 'run two']);
      expect(await unpublishedOf(bench(), { topics: [] })).toEqual([]);
    });

    it('are left alone while they may be on their way', async () => {
      await bench().insertRun('run', { outbox: [bench().fact('one', accepted)] });

      expect(await unpublishedOf(bench(), { saidBefore: bench().in(-1) })).toEqual([]);
      expect(await unpublishedOf(bench(), { saidBefore: bench().in(0) })).toEqual(['run one']);
    });

    it('are looked for only in records that changed since', async () => {
      const begun = bench().in(0);
      await bench().insertRun('before', { outbox: [bench().fact('one', accepted)] });
      bench().clock.advance(1_000);
      await bench().insertRun('after', { outbox: [bench().fact('two', accepted)] });

      expect(await unpublishedOf(bench(), { changedAfter: begun })).toEqual(['after two']);
      expect(await unpublishedOf(bench(), { changedAfter: new Date(0) })).toEqual(['after two', 'before one']);
    });

    it('every write that adds one counts as a change', async () => {
      await bench().insertRun('moved');
      await bench().insertRun('put on');
      const leased = bench().lease(await bench().takenRun('a', 'moved'));
      const begun = bench().in(0);
      bench().clock.advance(1_000);

      await leased.to('running').apply([bench().fact('one', accepted)]);
      await bench()
        .runs.transition('put on', { from: 'requested', to: 'running' })
        .apply([bench().fact('two', accepted)]);

      expect(await unpublishedOf(bench(), { changedAfter: begun })).toEqual(['moved one', 'put on two']);
    });
  });
}

async function unpublishedOf(
  bench: Bench,
  which: Partial<Parameters<Bench['runs']['unpublished']>[0]>,
): Promise<string[]> {
  const all = { topics: [accepted], changedAfter: new Date(0), saidBefore: bench.in(3_600_000) };
  const found = bench.runs.unpublished({ ...all, ...which });
  return (await Array.fromAsync(found, ({ recordId, envelope }) => `${recordId} ${envelope.id}`)).sort();
}

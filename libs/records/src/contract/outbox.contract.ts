import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithFixture, type Fixture } from './fixture.contract.js';

const accepted = 'batchmill.run.accepted';
const finished = 'batchmill.run.finished';

export function describeOutbox(make: MakeStore): void {
  describe('the outbox', () => {
    const fixture = eachWithFixture(make);

    it('gives its events with the ids of their records, in any state of the records', async () => {
      await fixture().insertRun('running', { state: 'running', outbox: [fixture().envelope('one', accepted)] });
      await fixture().insertRun('parked', { parked: true, outbox: [fixture().envelope('two', accepted)] });
      await fixture().insertRun('ended', { state: 'finished', outbox: [fixture().envelope('three', accepted)] });
      await fixture().insertRun('none');

      expect(await unpublishedOf(fixture(), { topics: [accepted] })).toEqual([
        'ended three',
        'parked two',
        'running one',
      ]);
    });

    it('gives the events of the expected topics: each stage republishes its own', async () => {
      const outbox = [fixture().envelope('one', accepted), fixture().envelope('two', finished)];
      await fixture().insertRun('run', { outbox });

      expect(await unpublishedOf(fixture(), { topics: [finished] })).toEqual(['run two']);
      expect(await unpublishedOf(fixture(), { topics: [accepted, finished] })).toEqual(['run one', 'run two']);
      expect(await unpublishedOf(fixture(), { topics: [] })).toEqual([]);
    });

    it('gives no events that may be being published now', async () => {
      await fixture().insertRun('run', { outbox: [fixture().envelope('one', accepted)] });

      expect(await unpublishedOf(fixture(), { recordedBefore: fixture().in(-1) })).toEqual([]);
      expect(await unpublishedOf(fixture(), { recordedBefore: fixture().in(0) })).toEqual(['run one']);
    });

    it('gives only events of records that changed since', async () => {
      const begun = fixture().in(0);
      await fixture().insertRun('before', { outbox: [fixture().envelope('one', accepted)] });
      fixture().clock.advance(1_000);
      await fixture().insertRun('after', { outbox: [fixture().envelope('two', accepted)] });

      expect(await unpublishedOf(fixture(), { changedAfter: begun })).toEqual(['after two']);
      expect(await unpublishedOf(fixture(), { changedAfter: new Date(0) })).toEqual(['after two', 'before one']);
    });

    it('every write that adds an event counts as a change', async () => {
      await fixture().insertRun('leased');
      await fixture().insertRun('unleased');
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'leased'));
      const begun = fixture().in(0);
      fixture().clock.advance(1_000);

      await leased.to('running').apply([fixture().envelope('one', accepted)]);
      await fixture()
        .runs.transition('unleased', { from: 'requested', to: 'running' })
        .apply([fixture().envelope('two', accepted)]);

      expect(await unpublishedOf(fixture(), { changedAfter: begun })).toEqual(['leased one', 'unleased two']);
    });
  });
}

async function unpublishedOf(
  fixture: Fixture,
  which: Partial<Parameters<Fixture['runs']['unpublished']>[0]>,
): Promise<string[]> {
  const all = { topics: [accepted], changedAfter: new Date(0), recordedBefore: fixture.in(3_600_000) };
  const found = fixture.runs.unpublished({ ...all, ...which });
  return (await Array.fromAsync(found, ({ recordId, envelope }) => `${recordId} ${envelope.id}`)).sort();
}

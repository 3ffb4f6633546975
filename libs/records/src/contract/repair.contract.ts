import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { repairUpdates } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';
import { documentOf, inference, ingest, mark } from './marks-fixture.contract.js';

export function describeRepair(make: MakeStore): void {
  describe('repairing a document', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');
    const note = () => documentOf(documents(), 'note');
    const claimed = async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1' });
    };
    const repair = async (requested: readonly string[], claimId = 'run.c1') => {
      await documents().bulk(repairUpdates(inference, 'note', claimId, requested));
    };

    it('X2: requested functions are to be retried, and a free retry is counted instead of an attempt', async () => {
      await claimed();
      await ingest(documents(), inference, 'run.c1', [{ id: 'note', name: 'summary', outcome: 'answered' }]);

      await repair(['topics']);

      const document = await note();
      expect(document).toMatchObject({
        ai_status: 'pending',
        answers: ['summary'],
        processing_info: { claimId: 'run.c1', freeRetries: 1, functions: { summary: { state: 'done', attempts: 1 } } },
      });
      expect(document).toHaveProperty('processing_info.functions.topics', { state: 'retry' });
    });

    it('X2: a repeated repair counts one free retry', async () => {
      await claimed();

      await repair(['summary', 'topics']);
      await repair(['summary', 'topics']);

      expect(await note()).toMatchObject({ ai_status: 'pending', processing_info: { freeRetries: 1 } });
    });

    it('an answer that arrived meanwhile is not undone', async () => {
      await claimed();
      await ingest(documents(), inference, 'run.c1', [{ id: 'note', name: 'summary', outcome: 'answered' }]);
      const before = await note();

      await repair(['summary', 'topics']);

      expect(await note()).toEqual(before);
    });

    it('R7: a document that carries another claim, or has ended, is not repaired', async () => {
      await claimed();
      const before = await note();
      await repair(['summary', 'topics'], 'run.c0');
      expect(await note()).toEqual(before);

      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'answered' },
        { id: 'note', name: 'topics', outcome: 'answered' },
      ]);
      const completed = await note();
      await repair([]);

      expect(await note()).toEqual(completed);
    });
  });
}

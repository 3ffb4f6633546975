import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithFixture } from './fixture.contract.js';
import { documentOf, embeddings, inference, ingest, mark } from './marks-fixture.contract.js';

export function describeBothEndpoints(make: MakeStore): void {
  describe('interleaving 15: embeddings and inference on the same documents at once', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');

    it('I1: each endpoint marks, answers and ends documents by its own fields, and changes none of the other’s', async () => {
      await documents().insertOne({ _id: 'note' });

      expect(await mark(documents(), embeddings, ['note'], { claimId: 'embed.c1', runId: 'embed' })).toEqual(['note']);
      expect(await mark(documents(), inference, ['note'], { claimId: 'ask.c1', runId: 'ask' })).toEqual(['note']);
      await ingest(documents(), inference, 'ask.c1', [
        { id: 'note', name: 'summary', outcome: 'failed' },
        { id: 'note', name: 'topics', outcome: 'answered' },
      ]);
      expect(await documentOf(documents(), 'note')).toMatchObject({
        ai_status: 'failed',
        embedding_status: 'in_progress',
      });
      await ingest(documents(), embeddings, 'embed.c1', [{ id: 'note', name: 'embeddings', outcome: 'answered' }]);

      expect(await documentOf(documents(), 'note')).toMatchObject({
        ai_status: 'failed',
        embedding_status: 'completed',
        answers: ['topics', 'embeddings'],
        processing_info: { runId: 'ask', claimId: 'ask.c1', functions: { summary: { state: 'failed' } } },
        embedding_processing_info: { runId: 'embed', functions: { embeddings: { state: 'done' } } },
      });
    });
  });
}

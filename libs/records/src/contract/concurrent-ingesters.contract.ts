import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithFixture } from './fixture.contract.js';
import { bulksOf, documentOf, inference, later, mark, now, trouble, type Outcome } from './marks-fixture.contract.js';

const summaryThrice = ['summary', 'summary', 'summary'] as const;
const topicsThrice = ['topics', 'topics', 'topics'] as const;

/**
 * Two ingesters at once, each with one function of the same document. Every order of their three bulks is tried on a
 * document of its own: what is stored in the end does not depend on the order.
 */
export function describeConcurrentIngesters(make: MakeStore): void {
  describe('two ingesters of one document', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');

    /** The document as it is stored after each order of the two ingesters' bulks. */
    const afterEachOrder = async (summary: Outcome['outcome'], topics: Outcome['outcome']) => {
      const orders = [...everyOrder<'summary' | 'topics'>(summaryThrice, topicsThrice)];
      const outcomes = [];
      for (const [id, order] of orders.entries()) {
        await documents().insertOne({ _id: id });
        await mark(documents(), inference, [id], { claimId: 'run.c1' });
        const bulks = {
          summary: bulksOf(inference, 'run.c1', [{ id, name: 'summary', outcome: summary }]),
          topics: bulksOf(inference, 'run.c1', [{ id, name: 'topics', outcome: topics }]),
        };
        for (const name of order) await documents().bulk(bulks[name].shift()!);
        outcomes.push({ order: order.join(' '), document: await documentOf(documents(), id) });
      }
      expect(outcomes).toHaveLength(20);
      return outcomes;
    };

    it('interleaving 13: two functions that end at the same moment complete the document, with each answer written once', async () => {
      for (const { order, document } of await afterEachOrder('answered', 'answered')) {
        expect({ order, ...document }).toMatchObject({
          order,
          ai_status: 'completed',
          processing_info: {
            ended: now,
            functions: { summary: { state: 'done', attempts: 1 }, topics: { state: 'done', attempts: 1 } },
          },
        });
        expect([...(document['answers'] as string[])].sort()).toEqual(['summary', 'topics']);
      }
    });

    it('interleaving 14: a function to retry puts the document back to pending once the other has ended', async () => {
      for (const { order, document } of await afterEachOrder('retry', 'answered')) {
        expect({ order, ...document }).toMatchObject({
          order,
          ai_status: 'pending',
          answers: ['topics'],
          processing_info: {
            notBefore: later,
            functions: { summary: { state: 'retry', attempts: 1 }, topics: { state: 'done', attempts: 1 } },
          },
        });
      }
    });

    it('interleaving 14: the document stays in progress while the other function is requested', async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1' });

      for (const bulk of bulksOf(inference, 'run.c1', [{ id: 'note', name: 'summary', outcome: 'retry' }])) {
        await documents().bulk(bulk);
      }

      expect(await documentOf(documents(), 'note')).toMatchObject({
        ai_status: 'in_progress',
        processing_info: { functions: { summary: { state: 'retry' }, topics: { state: 'requested' } } },
      });
    });

    it('X2: one function that failed and one to retry at the same moment: pending, in every order', async () => {
      for (const { order, document } of await afterEachOrder('failed', 'retry')) {
        expect({ order, status: document['ai_status'] }).toEqual({ order, status: 'pending' });
      }
    });

    it('X2: one function that failed and one that answered at the same moment: failed, in every order', async () => {
      for (const { order, document } of await afterEachOrder('answered', 'failed')) {
        expect({ order, ...document }).toMatchObject({
          order,
          ai_status: 'failed',
          answers: ['summary'],
          processing_info: { ended: now, error: trouble },
        });
      }
    });
  });
}

/** Every way to merge two lists, each in its own order. */
function* everyOrder<T>(one: readonly T[], other: readonly T[]): Generator<T[]> {
  const [first, ...ofOne] = one;
  const [second, ...ofOther] = other;
  if (first === undefined || second === undefined) {
    yield [...one, ...other];
    return;
  }
  for (const rest of everyOrder(ofOne, other)) yield [first, ...rest];
  for (const rest of everyOrder(one, ofOther)) yield [second, ...rest];
}

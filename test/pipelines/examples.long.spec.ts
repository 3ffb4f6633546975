import { afterEach, describe, expect, it } from '@jest/globals';
import type { Fields } from '@batchmill/store';
import { eventually } from '@batchmill/testing';
import { Example } from './example.js';

const timeoutMs = 600_000;
const aText: unknown = expect.stringMatching(/\S/);
const aDate: unknown = expect.any(Date);

describe('the other shipped examples, with the commands of their READMEs', () => {
  let example: Example;
  let said: string;
  afterEach(() => example.close());

  /** What the README's commands wrote, by `_id`. */
  async function followed(name: string, collection: string): Promise<Map<unknown, Fields>> {
    example = await Example.open(name);
    const ran = await example.followReadme();
    said = ran.map(({ out }) => out).join('');
    expect(ran.map(({ code, err }) => ({ code, err }))).toEqual(ran.map(() => ({ code: 0, err: '' })));
    return example.documents(collection);
  }

  it(
    'C7 C1 C2: custom-schema writes under names of its own, and takes what is new alone',
    async () => {
      const inspections = await followed('custom-schema', 'inspections');

      for (const id of [1, 2, 3]) {
        expect(inspections.get(id)?.['review']).toMatchObject({
          state: 'done',
          notes: [{ note: expect.stringContaining('repaired'), written_at: aDate }],
          taken_at: aDate,
          taken_by: aText,
          marks: { functions: { first_repair: { state: 'done' } } },
        });
        expect(Object.keys(inspections.get(id) ?? {})).toEqual(['_id', 'report_no', 'site', 'report', 'review']);
      }
      expect(inspections.get(4)?.['review']).toEqual({ state: 'archived' });
    },
    timeoutMs,
  );

  it(
    'C7 C5: custom-processor writes what its TypeScript made of the answers',
    async () => {
      const reviews = await followed('custom-processor', 'product_reviews');

      expect(reviews.get('rev-1')?.['analysis']).toEqual({
        points: ['It boils in two minutes.', 'It folds flat, so it fits into my bag.'],
        is_positive: true,
        words: 14,
        created_date: aDate,
      });
      expect(reviews.get('rev-2')).toMatchObject({ ai_status: 'completed', analysis: { is_positive: false } });
    },
    timeoutMs,
  );

  it(
    'C7 C3: medical-records maps nested fields, last_visit_date too, and writes talking points with the patient type',
    async () => {
      const patients = await followed('medical-records', 'patients');

      expect(said).toContain('Patient: Testina\n');
      expect(said).toContain('Last visit: 2026-03-02\n');
      expect(said).toContain('Last visit: none yet\n');
      expect([...patients.values()].map((patient) => patient['event_response'])).toMatchObject(
        ['op', 'ip', 'op', 'ip'].map((patient_type) => [
          { talking_points: [aText], patient_type, created_date: aDate },
        ]),
      );
      expect([...patients.values()].map((patient) => patient['ai_status'])).toEqual(Array(4).fill('completed'));
    },
    timeoutMs,
  );

  it(
    'C7 I5: customer-service writes a classification of its schema and a draft onto each open ticket',
    async () => {
      const tickets = await followed('customer-service', 'tickets');

      for (const id of ['t-1', 't-2', 't-3']) {
        expect(tickets.get(id)).toMatchObject({
          ai_status: 'completed',
          classification: {
            category: expect.stringMatching(/^(delivery|billing|product|other)$/),
            sentiment: expect.stringMatching(/^(positive|neutral|negative)$/),
            is_urgent: expect.any(Boolean),
          },
          draft: { text: aText, model: 'gpt-4o-mini', created_date: aDate },
        });
      }
      expect(tickets.get('t-4')).not.toHaveProperty('ai_status');
    },
    timeoutMs,
  );

  it(
    'C7 E4 I2: annual-reports writes a vector, a summary and an answer to each question per block',
    async () => {
      const blocks = await followed('annual-reports', 'blocks');

      expect(blocks.size).toBe(6);
      for (const block of blocks.values()) {
        expect(block).toMatchObject({
          embedding_status: 'completed',
          ai_status: 'completed',
          answers: {
            summary: { text: aText, model: 'gpt-4o', created_date: aDate },
            qa_0: { question: 'What were the main drivers of revenue?', text: aText },
            qa_1: { question: 'Which risks does the company name?', text: aText },
          },
        });
      }
      const { out } = await example.run(['search', 'annual-reports', 'revenue', '--top', '2', '--json']);
      expect(JSON.parse(out)).toHaveLength(2);
    },
    timeoutMs,
  );

  it(
    'C7 I3 I4: story-groups is answered, and the entity-linker writes a row per group with what its documents said',
    async () => {
      const stories = await followed('story-groups', 'story_groups');
      const [rows, topics] = await example.beside(() =>
        eventually('both rows of each group', async () => {
          const found = [await example.documents('story_entities'), await example.documents('story_topics')] as const;
          return found.every(({ size }) => size === 3) ? found : null;
        }),
      );

      expect([...stories.values()].map((story) => story['ai_status'])).toEqual(Array(4).fill('completed'));
      const mentions = ['Ostermill Brewery', 'Ostermil Brewery'];
      const documents = [{ document_id: 's-1' }, { document_id: 's-2' }];
      expect(rows.get(17)).toMatchObject({
        ...{ story_group_id: 17, documents },
        entities: [{ entity_id: 'ostermill-brewery', mentions, match: 'exact' }],
      });
      expect(rows.get(18)).toMatchObject({ entities: [{ entity_id: 'larchwood-timber', match: 'alias' }] });
      expect(rows.get(19)).toMatchObject({ entities: [] });
      expect(topics.get(17)).toMatchObject({ topics: mentions.map((name) => ({ name })), documents });
    },
    timeoutMs,
  );
});

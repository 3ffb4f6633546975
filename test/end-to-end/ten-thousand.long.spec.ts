import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, responses } from '@batchmill/pipeline';
import type { Batch, DocumentMarks, StoredError, Run } from '@batchmill/records';
import { TestEngine, storedRecords } from '@batchmill/testing';
import { runToTheEnd } from './runs.js';
import { injectFaults, firedOf, ledgerOf, type Ledger } from './simulated-provider.js';

const count = 10_000;
const functions = ['topics', 'entities'] as const;

const listOf = (name: string): Record<string, unknown> => ({
  type: 'object',
  properties: { [name]: { type: 'array', items: { type: 'string' } } },
  required: [name],
  additionalProperties: false,
});

/** Two functions on two endpoints and two models: JSON of a schema each, pushed by the default template. */
const stories = definePipeline({
  name: 'stories',
  source: { collection: 'stories', documentIdField: 'story' },
  inference: {
    functions: [
      chat({ name: 'topics', model: 'gpt-4o-mini', user: 'Topics of: {{ text }}', responseFormat: listOf('topics') }),
      responses({ name: 'entities', model: 'gpt-4o', user: 'Names in: {{ text }}', responseFormat: listOf('names') }),
    ],
  },
  batch: { batchSize: 500 },
});

/** Of requests 5 % HTTP errors, a fifth of them permanent; 2 % invalid JSON; 1 % refusals. Of batches 10 % expire half-way. */
const faults = [
  { on: 'line', what: 'status', value: 500, rate: 0.03 },
  { on: 'line', what: 'status', value: 429, rate: 0.01 },
  { on: 'line', what: 'status', value: 400, rate: 0.01 },
  { on: 'line', what: 'half-answer', rate: 0.02 },
  { on: 'line', what: 'refusal', rate: 0.01 },
  { on: 'batch', what: 'expire', value: 50, rate: 0.1 },
];

/** Why a document may fail, and after how many attempts of the function at least. */
const reasons: Readonly<Record<string, number>> = {
  'provider.refusal': 1,
  'provider.refused-request': 1,
  'provider.unanswered-request': 4,
  'provider.invalid-json': 4,
};

interface Story {
  readonly _id: string;
  readonly ai_status?: string;
  readonly processing_info: DocumentMarks;
  readonly event_response?: readonly { readonly function: string; readonly talking_points: object }[];
}

describe('10,000 documents of two functions with all faults', () => {
  let bundle: TestEngine;
  let run: Run;
  let ledger: Ledger;
  let documents: Story[];
  let batches: Batch[];
  let fired: number[];

  beforeAll(async () => {
    bundle = await TestEngine.open({
      pipelines: [stories],
      simulator: { seed: 7 },
      settings: { maxWaitingBatches: 40 },
    });
    await injectFaults(bundle, ...faults);
    const collection = bundle.engine.documentStore.collection('stories');
    const all = Array.from({ length: count }, (_, index) => ({
      _id: `s${String(index).padStart(5, '0')}`,
      story: `story-${index}`,
      text: `Mill ${index} at the river turns ${index * 3} times an hour.`,
    }));
    await collection.insertMany(all);
    await bundle.start(stages);
    run = await runToTheEnd(bundle, { runId: 'all', pipeline: 'stories', endpoint: 'inference' }, 540_000);
    ledger = await ledgerOf(bundle);
    fired = await firedOf(bundle);
    documents = await Array.fromAsync(collection.find({}), (one) => one as unknown as Story); // as written above
    batches = await Array.fromAsync(storedRecords(bundle.engine.store).batches.find({}));
  }, 600_000);
  afterAll(() => bundle.close());

  const stateOf = ({ processing_info: info }: Story, name: string): string | undefined => info.functions?.[name]?.state;
  const attemptsOf = ({ processing_info: info }: Story, name: string): number => info.functions?.[name]?.attempts ?? 0;
  const errorsOf = ({ processing_info: info }: Story): readonly StoredError[] => info.errors ?? [];
  const sum = <T>(of: readonly T[], pick: (one: T) => number): number =>
    of.reduce((total, one) => total + pick(one), 0);

  it('all faults occur: HTTP errors, invalid JSON, refusals, and batches that expire half-way', () => {
    expect(fired.every((times) => times > 0)).toBe(true);
    expect(batches.some(({ reason }) => reason === 'expired')).toBe(true);
  });

  it('X2: every document ends completed or failed', () => {
    const ended = Map.groupBy(documents, (one) => one.ai_status);

    expect([...ended.keys()].sort()).toEqual(['completed', 'failed']);
    expect(run).toMatchObject({
      state: 'finished',
      totals: {
        documents: {
          succeeded: ended.get('completed')?.length,
          failed: ended.get('failed')?.length,
          left: 0,
          takenOver: 0,
        },
      },
    });
    expect(documents).toHaveLength(count);
  });

  it('C2 I3: each answer is written once, and a completed document has both', () => {
    const wrong = documents.filter((document) => {
      const written = (document.event_response ?? []).map((one) => one.function).sort();
      const done = functions.filter((name) => stateOf(document, name) === 'done').sort();
      const isWhole = done.length === functions.length;
      return written.join() !== done.join() || isWhole !== (document.ai_status === 'completed');
    });

    expect(wrong).toEqual([]);
  });

  it('I5: each answer is written as an object of the requested schema', () => {
    const keys = documents.flatMap((one) =>
      (one.event_response ?? []).map(
        ({ function: name, talking_points: answer }) => `${name}: ${Object.keys(answer).join()}`,
      ),
    );

    expect([...new Set(keys)].sort()).toEqual(['entities: names', 'topics: topics']);
  });

  it('X1 X3: a failed document has the error of a function that failed, with time and attempt', () => {
    const failures = documents
      .filter((one) => one.ai_status === 'failed')
      .map((document) =>
        functions.filter((name) => stateOf(document, name) === 'failed').map((name) => ({ document, name })),
      );

    expect(failures.every((some) => some.length > 0)).toBe(true);
    for (const { document, name } of failures.flat()) {
      const last = errorsOf(document).findLast((one) => one.function === name);
      expect(last).toMatchObject({ at: expect.any(Date), attempt: attemptsOf(document, name) });
      expect(reasons[last?.code ?? '']).toBeLessThanOrEqual(last?.attempt ?? 0);
      expect(errorsOf(document)).toContainEqual(document.processing_info.error);
    }
  });

  it('X3: a completed document has no error, only the history of its errors', () => {
    const completed = documents.filter((one) => one.ai_status === 'completed');

    expect(completed.filter((one) => one.processing_info.error !== undefined)).toEqual([]);
    expect(completed.some((one) => errorsOf(one).length > 0)).toBe(true);
  });

  it('X2: no function has more than four attempts, and an expired request uses up none', () => {
    const all = documents.flatMap((document) => functions.map((name) => ({ document, name })));

    const wrong = all.filter(({ document, name }) => {
      const errors = errorsOf(document).filter((one) => one.function === name);
      const tried = errors.filter(({ code }) => code !== 'provider.not-executed').length;
      const attempts = attemptsOf(document, name);
      return attempts > 4 || attempts !== tried + (stateOf(document, name) === 'done' ? 1 : 0);
    });

    expect(wrong).toEqual([]);
  });

  it('M1 R6: requests, tokens and cost add up to what the provider billed', () => {
    const requestCounts = (['succeeded', 'failed', 'retried'] as const).map((what) =>
      sum(batches, ({ ingestion }) => ingestion[what]),
    );
    const done = sum(documents, (one) => (one.event_response ?? []).length);

    expect(sum(batches, ({ requests }) => requests)).toBe(run.totals?.requests);
    expect(sum(requestCounts, (one) => one)).toBe(run.totals?.requests);
    expect(requestCounts[0]).toBe(done);
    expect(run.totals?.tokens).toEqual({ input: ledger.inputTokens, output: ledger.outputTokens });
    expect(run.totals?.cost.nanoUsd).toBe(ledger.nanoUsd);
    expect(run.totals?.cost).toMatchObject({ incomplete: false });
    expect(run.totals?.cost.synchronousNanoUsd).toBe(2 * ledger.nanoUsd);
  });

  it('M2 I3: no usable answer is requested again: a request that is billed twice was answered with invalid JSON before', () => {
    const byId = new Map(documents.map((one) => [one._id, one]));

    for (const { customId, times } of ledger.twice) {
      const [name = '', , id = ''] = customId.split('_');
      const document = byId.get(id);
      if (document === undefined) throw new Error(`The ledger has a request without a document: ${customId}.`);
      const unusable = errorsOf(document).filter(
        (one) => one.function === name && one.code === 'provider.invalid-json',
      );
      expect(unusable.length).toBeGreaterThanOrEqual(times - 1);
    }
    const answered = sum(documents, (one) => (one.event_response ?? []).length);
    const refused = sum(documents, (one) => errorsOf(one).filter(({ code }) => code === 'provider.refusal').length);
    const unusable = sum(
      documents,
      (one) => errorsOf(one).filter(({ code }) => code === 'provider.invalid-json').length,
    );
    expect(ledger.requests).toBe(answered + refused + unusable);
  });

  it('I2: no file holds two models, and none is left at the provider', () => {
    expect(new Set(batches.map(({ model, url }) => `${model} ${url}`))).toEqual(
      new Set(['gpt-4o-mini /v1/chat/completions', 'gpt-4o /v1/responses']),
    );
    expect(ledger.files).toEqual([]);
  });
});

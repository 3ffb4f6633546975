import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import {
  chat,
  definePipeline,
  responses,
  type InferenceDefinition,
  type PipelineDefinition,
  type UpdateFunction,
} from '@batchmill/pipeline';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually, storedRecords, type TestEngineOptions } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { requestRun, endOf, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

type NoteFields = Record<string, unknown> & { readonly _id: string };

const topicsSchema = {
  type: 'object',
  properties: { topics: { type: 'array', items: { type: 'string' } } },
  required: ['topics'],
  additionalProperties: false,
};

describe('inference as the pipeline defines it', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    inference: InferenceDefinition,
    fields: readonly NoteFields[],
    rest: Partial<PipelineDefinition> = {},
    options: Partial<TestEngineOptions> = {},
  ): Promise<void> {
    const source = { collection: 'notes', parentIdField: 'note' };
    const pipeline = definePipeline({ name: 'notes', source, ...rest, inference });
    bundle = await TestEngine.open({ pipelines: [pipeline], ...options });
    const complete = fields.map((one) => ({ note: 'book', text: 'The mill turns. The river flows.', ...one }));
    await bundle.engine.documentStore.collection('notes').insertMany(complete);
    await bundle.start(stages);
  }

  const run = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });
  const stored = async (id: string): Promise<Record<string, unknown>> =>
    (await outcomeOf(bundle, 'inference', id)).document;

  it('C1 C2: a pipeline needs only a function and its prompt; everything else has a default', async () => {
    await opened({ functions: [chat({ name: 'summary', user: '{{ text }}' })] }, [{ _id: 'a' }]);

    await run();

    expect(await stored('a')).toMatchObject({
      ai_status: 'completed',
      event_response: [{ talking_points: 'The mill turns. The river flows.', created_date: expect.any(Date) }],
      processing_info: { runId: 'r', ended: expect.any(Date), functions: { summary: { state: 'done', attempts: 1 } } },
    });
  });

  it('C1 C2: the status field, its values, and the response, date and content fields can be renamed', async () => {
    const names = { responseField: 'ai.answers', responseDateField: 'at', responseContentField: 'points' };
    const status = { field: 'ai.state', pending: 'new', inProgress: 'busy', completed: 'done', failed: 'broken' };
    const functions = [chat({ name: 'summary', user: '{{ text }}', ...names })];
    await opened({ status, processingInfoField: 'ai.info', errorField: 'ai.error', functions }, [
      { _id: 'a', ai: { state: 'new' } },
      { _id: 'b', ai: { state: 'new' }, text: undefined },
      { _id: 'c', ai: { state: 'pending' } },
    ]);

    await run();

    expect((await stored('a'))['ai']).toMatchObject({
      state: 'done',
      answers: [{ points: expect.any(String), at: expect.any(Date) }],
    });
    expect((await stored('b'))['ai']).toMatchObject({
      state: 'broken',
      error: { kind: 'TemplateError', code: 'template.missing-value', attempt: 1, at: expect.any(Date) },
      info: { errors: [{ function: 'summary', code: 'template.missing-value' }] },
    });
    expect((await stored('c'))['ai']).toEqual({ state: 'pending' });
  });

  it('C2 I5: a template that is one variable keeps the value’s type: object, date, number; run, model and usage are variables', async () => {
    const responseTemplate = {
      $set: {
        text: '{{response_content}}',
        at: '{{current_date}}',
        tokens: '{{usage.total_tokens}}',
        by: '{{model}} in {{run_id}} for {{note}}',
        pages: '{{pages}}',
      },
    };
    const topics = chat({ name: 'topics', user: '{{ text }}', responseFormat: topicsSchema, responseTemplate });
    await opened({ functions: [topics] }, [{ _id: 'a', pages: { from: 1, to: 7 } }]);

    const { totals } = await run();

    const tokens = (totals?.tokens.input ?? 0) + (totals?.tokens.output ?? 0);
    expect(await stored('a')).toMatchObject({
      text: { topics: [expect.any(String), expect.any(String)] },
      at: expect.any(Date),
      tokens,
      by: 'gpt-4o-mini in r for book',
      pages: { from: 1, to: 7 },
    });
  });

  it('C3 C5: mapped fields are preprocessed and a processor reshapes the answer; both may be asynchronous', async () => {
    const source = {
      collection: 'notes',
      parentIdField: 'note',
      fieldMap: { patient_name: 'patient_details.first_name', visit: 'visits.last' },
      preprocessFunctions: { patient_name: async (name: unknown) => String(name).trim() },
    };
    const summary = chat({
      name: 'points',
      user: 'Say of {{ patient_name }}, seen {{ visit | date: "%Y-%m-%d" }}.',
      process: async (response, document) => ({
        talking_points: (response.choices[0]?.message.content ?? '').split(','),
        patient_type: document['patient_type'] ?? 'ip',
        _id: 'mine',
      }),
      responseTemplate: { $push: { event_response: { points: '{{response_content}}', type: '{{patient_type}}' } } },
    });
    const patient = { patient_details: { first_name: ' Ann ' }, visits: { last: new Date('2025-03-01T00:00:00Z') } };
    await opened({ functions: [summary] }, [{ _id: 'a', ...patient }], { source });

    await run();

    expect(await stored('a')).toMatchObject({
      _id: 'a',
      event_response: [{ points: ['Say of Ann', ' seen 2025-03-01.'], type: 'ip' }],
    });
  });

  it('C2: the user’s update template is merged with the engine’s marks when a document is claimed', async () => {
    const updateTemplate = {
      $set: { ai_status: 'in_progress', taken: { by: '{{team}}', at: '{{current_date}}', run: '{{run_id}}' } },
      $inc: { times: 1 },
      $unset: { draft: '' },
    };
    const parameters = { team: { type: 'string', default: 'north' } } as const;
    await opened({ updateTemplate, functions: [chat({ name: 'f', user: '{{ text }}' })] }, [{ _id: 'a', draft: 'x' }], {
      parameters,
    });

    await run();

    const document = await stored('a');
    expect(document).toMatchObject({
      ai_status: 'completed',
      taken: { by: 'north', at: expect.any(Date), run: 'r' },
      times: 1,
    });
    expect(document).not.toHaveProperty('draft');
  });

  it('C2: the query, the update and the response template may each be a function', async () => {
    const source = {
      collection: 'notes',
      parentIdField: 'note',
      queryTemplate: () => ({ kind: { $ne: 'draft' } }),
    };
    const summary = chat({
      name: 'summary',
      user: '{{ text }}',
      responseTemplate: async ({ response_content: text, function: name, usage }) => ({
        $set: { [`answers.${name}`]: { text, paid: usage.total_tokens > 0 } },
      }),
    });
    const updateTemplate: UpdateFunction = ({ run_id: taken }) => ({ $set: { taken } });
    await opened({ updateTemplate, functions: [summary] }, [{ _id: 'a' }, { _id: 'b', kind: 'draft' }], { source });

    expect((await run()).totals?.documents).toMatchObject({ succeeded: 1 });
    expect(await stored('a')).toMatchObject({
      ai_status: 'completed',
      taken: 'r',
      answers: { summary: { text: 'The mill turns. The river flows.', paid: true } },
    });
  });

  it('C2: a run whose update function writes the engine’s marks is rejected, and no document is claimed', async () => {
    const updateTemplate: UpdateFunction = () => ({ $set: { ai_status: 'mine' } });
    await opened({ updateTemplate, functions: [chat({ name: 'f', user: '{{ text }}' })] }, [{ _id: 'a' }]);

    expect(await run()).toMatchObject({
      state: 'rejected',
      reason: expect.stringContaining('a key under $set writes "ai_status", which is reserved for Batchmill'),
    });
    expect((await outcomeOf(bundle, 'inference', 'a')).status).toBeUndefined();
  });

  it('I2: functions of different models or endpoints are sent in separate files', async () => {
    const functions = [
      chat({ name: 'one', user: '{{ text }}', model: 'gpt-4o-mini', temperature: 0.7, maxTokens: 40 }),
      chat({ name: 'two', user: '{{ text }}', model: 'gpt-4o' }),
      responses({ name: 'three', user: '{{ text }}', model: 'gpt-4o' }),
      chat({ name: 'four', user: '{{ text }}', model: 'gpt-4o-mini' }),
    ];
    await opened({ functions }, [{ _id: 'a' }, { _id: 'b' }]);

    await run();

    const batches = await Array.fromAsync(storedRecords(bundle.engine.store).batches.find({}, { sort: { _id: 1 } }));
    expect(batches.map(({ model, url, requests }) => [model, url, requests])).toEqual([
      ['gpt-4o-mini', '/v1/chat/completions', 4],
      ['gpt-4o', '/v1/chat/completions', 2],
      ['gpt-4o', '/v1/responses', 2],
    ]);
    for (const { status, document } of await outcomesOf(bundle, 'inference')) {
      expect(status).toBe('completed');
      const answers = document['event_response'] as { function: string }[];
      expect(answers.map((one) => one.function).sort()).toEqual(['four', 'one', 'three', 'two']);
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 8, ...nothingTwiceNothingLeft });
  });

  describe('answers that cannot be used', () => {
    const topics = (maxTokens = 500) =>
      chat({ name: 'topics', user: '{{ text }}', responseFormat: topicsSchema, maxTokens });
    const batch = { maxRetries: 2 };

    it('I5 X2: a request answered with invalid JSON is retried up to the limit, then the document fails with the reason', async () => {
      await opened({ functions: [topics()] }, [{ _id: 'good' }, { _id: 'bad' }, { _id: 'late' }], { batch });
      await injectFaults(
        bundle,
        { on: 'line', what: 'half-answer', match: '_bad' },
        { on: 'line', what: 'half-answer', match: '_late', times: 2 },
      );

      expect((await run()).totals).toMatchObject({ documents: { succeeded: 2, failed: 1 }, requests: 7 });
      expect((await outcomeOf(bundle, 'inference', 'bad')).info).toMatchObject({
        error: { kind: 'ProcessingError', code: 'provider.invalid-json', attempt: 3, function: 'topics' },
        errors: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
      });
      expect((await outcomeOf(bundle, 'inference', 'late')).info.functions).toEqual({
        topics: { state: 'done', attempts: 3 },
      });
    });

    it('I5: an answer that was cut off, a refusal and invalid JSON have different error codes', async () => {
      await opened({ functions: [topics(5)] }, [{ _id: 'cut' }, { _id: 'refused' }], { batch: { maxRetries: 0 } });
      await injectFaults(bundle, { on: 'line', what: 'refusal', match: '_refused' });

      await run();

      const codes = (await outcomesOf(bundle, 'inference')).map(({ info }) => info.error?.code);
      expect(codes).toEqual(['provider.answer-cut-off', 'provider.refusal']);
    });

    it('I2: a text that was cut off is written with its finish reason', async () => {
      const responseTemplate = { $set: { text: '{{response_content}}', ended: '{{finish_reason}}' } };
      const functions = [chat({ name: 'f', user: '{{ text }}', maxTokens: 2, responseTemplate })];
      await opened({ functions }, [{ _id: 'a' }]);

      await run();

      expect(await stored('a')).toMatchObject({ ai_status: 'completed', text: 'The mill', ended: 'length' });
    });
  });

  it('X1: when the pipeline’s code fails on one document, only that document gets a ProcessingError', async () => {
    const misbehave = (way: unknown): unknown => {
      if (way === 'throws') throw new Error('secret');
      if (way === 'rejects') return Promise.reject(new Error('secret'));
      if (way === 'never resolves') return new Promise(() => {});
      if (way === 'returns a circle') {
        const circle: Record<string, unknown> = {};
        return (circle['itself'] = circle);
      }
      return 'x';
    };
    const source = {
      collection: 'notes',
      parentIdField: 'note',
      fieldMap: { mapped: 'before' },
      preprocessFunctions: { mapped: misbehave },
    };
    const summary = chat({
      name: 'f',
      user: '{{ text }} {{ mapped | default: "" }}',
      process: (_, document) => ({ talking_points: misbehave(document['after']), later: document['later'] ?? '' }),
      responseTemplate: async ({ response_content: text, later }) => ({
        $set: { text: await text, more: await misbehave(later) },
      }),
    });
    const ways = ['throws', 'rejects', 'never resolves'];
    const failing = ['before', 'after', 'later'].flatMap((place) =>
      ways.map((way) => ({ _id: `${place} ${way}`, [place]: way })),
    );
    const circle = { _id: 'later returns a circle', later: 'returns a circle' };
    await opened({ functions: [summary] }, [{ _id: 'good' }, ...failing, circle], {
      source,
      batch: { maxRetries: 1, codeTimeoutSeconds: 0.05 },
    });

    expect((await run()).totals?.documents).toMatchObject({ succeeded: 1, failed: 10, left: 0, takenOver: 0 });
    for (const { document, status, info } of await outcomesOf(bundle, 'inference')) {
      if (document['_id'] === 'good') {
        expect(status).toBe('completed');
        continue;
      }
      // What fails before the request costs nothing and is tried again. After it, the answer is kept and none is bought again.
      expect(info.error).toMatchObject({ kind: 'ProcessingError', attempt: 'before' in document ? 2 : 1 });
      expect(JSON.stringify(info)).not.toContain('secret');
    }
  });

  it('X2: a document that is to be retried waits until its notBefore time, longer after each attempt', async () => {
    const base = 100_000;
    const functions = [chat({ name: 'f', user: '{{ text }}' })];
    await opened({ functions }, [{ _id: 'a' }], {}, { settings: { retryBaseMs: base } });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, times: 2 });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });

    for (const attempts of [1, 2]) {
      const { info } = await eventually(`the document to be pending after attempt ${attempts}`, async () => {
        const found = await outcomeOf(bundle, 'inference', 'a');
        return found.status === 'pending' && found.info.functions?.['f']?.attempts === attempts && found;
      });
      const waits = (info.notBefore?.getTime() ?? 0) - (info.error?.at.getTime() ?? 0);
      expect(waits).toBeGreaterThanOrEqual((base * attempts) / 2);
      expect(waits).toBeLessThanOrEqual(base * attempts);
      bundle.clock.advance(waits);
    }

    expect((await endOf(bundle, 'r')).totals?.documents).toMatchObject({ succeeded: 1, failed: 0 });
  });
});

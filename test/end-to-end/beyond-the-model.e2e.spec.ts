import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { KnownPipelines, TestEngine } from '@batchmill/testing';
import { outcomeOf } from './documents.js';
import { manyNotes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

/** A base model of which nothing is known, so that nothing is checked. */
const unknown = 'unknown-model';

function pipelineOf(options: { readonly maxTokens?: number; readonly baseModel?: string } = {}): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: { functions: [chat({ name: 'summary', model: 'gpt-4o-mini', user: '{{ text }}', ...options })] },
  });
}

describe('a request beyond what its model takes', () => {
  let bundle: TestEngine | null = null;
  afterEach(async () => {
    await bundle?.close();
    bundle = null;
  });

  async function run(pipeline: PipelineDefinition): Promise<{ bundle: TestEngine; failed: unknown; error: unknown }> {
    bundle = await TestEngine.open({ pipelines: [pipeline] });
    const long = { _id: 'long', note: 'n', text: 'mill '.repeat(130_000) };
    await bundle.engine.documentStore.collection('notes').insertMany([...manyNotes(3), long]);
    await bundle.start(stages);
    const ended = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });
    const { info } = await outcomeOf(bundle, 'inference', 'long');
    return { bundle, failed: ended.totals?.documents.failed, error: info.error };
  }

  it('Y5: a prompt beyond the context fails its document before it is sent; the others are answered', async () => {
    const ended = await run(pipelineOf());

    expect(ended.failed).toBe(1);
    expect(ended.error).toMatchObject({ kind: 'ValidationError', code: 'document.prompt-too-long', attempt: 1 });
    const batches = (await ledgerOf(ended.bundle)).batches.map(({ requests }) => requests);
    expect(batches).toEqual([3]);
    expect(await ledgerOf(ended.bundle)).toMatchObject({ requests: 3, ...nothingTwiceNothingLeft });
  });

  it('Y5: it is the provider that refuses it where nothing is known of the model', async () => {
    const ended = await run(pipelineOf({ baseModel: unknown }));

    expect(ended.failed).toBe(1);
    expect(ended.error).toMatchObject({
      code: 'provider.refused-request',
      message: expect.stringContaining('context_length_exceeded'),
    });
    expect((await ledgerOf(ended.bundle)).batches.map(({ requests }) => requests)).toEqual([4]);
  });

  it('Y5: an answer longer than the model gives is refused at the start, and else by the provider for every document', async () => {
    expect(() => new KnownPipelines([pipelineOf({ maxTokens: 16_385 })])).toThrow(
      'maxTokens: found 16385, expected at most 16384, the most that gpt-4o-mini answers',
    );

    const ended = await run(pipelineOf({ maxTokens: 16_385, baseModel: unknown }));
    expect(ended.failed).toBe(4);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ConnectionError } from '@batchmill/contracts';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes } from './notes-pipeline.js';
import { endOf, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { ledgerOf } from './simulated-provider.js';

function pipelineOf(...functions: { readonly model: string; readonly baseModel?: string }[]): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: {
      functions: functions.map((models, index) => chat({ name: `f${index}`, user: '{{ text }}', ...models })),
    },
  });
}

describe('a run whose model the provider does not show', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(pipeline: PipelineDefinition, ports: TestEngineOptions['ports'] = () => ({})): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], ports });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(5));
    await bundle.start(stages);
  }

  it('Y5: is rejected before anything is built or uploaded; it names each model, the nearest name and what to do', async () => {
    await opened(pipelineOf({ model: 'gpt-4o-minni' }, { model: 'gpt-4o-mini' }, { model: 'claude' }));

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run.state).toBe('rejected');
    expect(run.reason).toMatch(
      /^the provider does not show this account the model gpt-4o-minni \(did you mean gpt-4o-mini\?\), claude; correct it in notes\.pipeline\.ts, or in OPENAI_MODEL/,
    );
    expect(await Array.fromAsync(bundle.engine.claims.ofRun('r'))).toEqual([]);
    for (const { document } of await outcomesOf(bundle, 'inference')) expect(document).not.toHaveProperty('ai_status');
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [], files: [] });
  });

  it('Y5: goes on when the model stands for another one, since lists lack aliases: the provider decides', async () => {
    await opened(pipelineOf({ model: 'my-alias', baseModel: 'gpt-4o-mini' }));

    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    const held = await eventually('a held batch', async () => {
      const [batch] = await Array.fromAsync(bundle.engine.batches.heldByAccount());
      return batch?.held;
    });
    await requestCancel(bundle, 'r');
    await endOf(bundle, 'r');

    expect(held).toMatchObject({ code: 'model_not_found' });
  });

  it('Y5: is accepted when the list cannot be read, with a warning', async () => {
    await opened(pipelineOf({ model: 'gpt-4o-mini' }), ({ provider }) => {
      provider.listModels = () => Promise.reject(new ConnectionError('provider.unavailable', 'no list today'));
      return { provider };
    });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 5 } } });
    expect(bundle.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('the list of models cannot be read') }),
    );
  });
});

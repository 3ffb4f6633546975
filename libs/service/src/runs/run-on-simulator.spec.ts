import { chat, definePipeline } from '@batchmill/pipeline';
import { ResultsIngested, RunFinished } from '@batchmill/contracts/events';
import { defineConsumer, defineEvent } from '@batchmill/consumer';
import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOnSimulator } from './run-on-simulator.js';

const homes = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('batchmill-simulated-'));

const letters = definePipeline({
  name: 'letters',
  source: { collection: 'letters' },
  inference: {
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        user: 'Summarise: {{ text }}',
        responseTemplate: { $set: { summary: '{{response_content}}' } },
      }),
    ],
  },
});

describe('a run on the simulator, for tests of pipelines', () => {
  it('C4: resolves with the report and with the documents as they were written, and leaves nothing behind', async () => {
    const before = await homes();

    const { result, documents } = await runOnSimulator({
      pipeline: letters,
      given: [
        { _id: 'l-2', text: 'The mill turns.' },
        { _id: 'l-1', text: 'The river rises.' },
        { _id: 'l-3', title: 'no text' },
      ],
    });

    expect(result).toMatchObject({ status: 'finished', succeeded: 2, failed: 1 });
    expect(documents.map(({ _id, ai_status: status }) => [_id, status])).toEqual([
      ['l-1', 'completed'],
      ['l-2', 'completed'],
      ['l-3', 'failed'],
    ]);
    expect(documents[0]?.['summary']).toMatch(/river/);
    expect(await homes()).toEqual(before);
  });

  it('C4: takes the name of a pipeline in a folder', async () => {
    const { result, documents } = await runOnSimulator({
      pipeline: 'basic-schema',
      folder: join(import.meta.dirname, '../../../../pipelines'),
      given: [{ _id: 'a-1', title: 'Mills', content: 'Of mills.' }],
      limit: 1,
    });

    expect(result.totalProcessed).toBe(1);
    expect(documents).toHaveLength(1);
  });

  it('S7: consumers handle its events; what they write, publish and cannot handle is returned', async () => {
    const Filed = defineEvent({ name: 'letter.filed', description: 'Filed.', fields: { letterId: 'string' } });
    const filer = defineConsumer({
      name: 'filer',
      consumes: [ResultsIngested],
      produces: [Filed],
      async *handle(event, { answers, collection }) {
        for await (const { documentId, chunkId } of answers(event)) {
          await collection('shelf').updateOne({ _id: documentId }, { $set: { filed: true } }, { upsert: true });
          yield new Filed({ letterId: chunkId });
        }
      },
    });
    const listener = defineConsumer({
      name: 'listener',
      consumes: [Filed, RunFinished],
      async handle(event, { collection }) {
        if (event instanceof RunFinished) throw new Error('no use for it');
        await collection('heard').insertOne({ _id: event.letterId });
      },
    });

    const { published, unhandled, documentsOf } = await runOnSimulator({
      pipeline: letters,
      given: [{ _id: 'l-1', text: 'The river rises.' }],
      consumers: [filer, listener],
    });

    expect(published).toEqual([{ event: 'letter.filed', fields: { letterId: 'l-1' } }]);
    expect(documentsOf('shelf')).toEqual([{ _id: 'l-1', filed: true }]);
    expect(documentsOf('heard')).toEqual([{ _id: 'l-1' }]);
    expect(unhandled).toEqual([{ consumer: 'listener', event: 'run.finished', reason: 'no use for it' }]);
  });

  it('S7: an unknown consumer is refused before anything runs', async () => {
    const running = runOnSimulator({ pipeline: letters, given: [], consumers: ['filer'] });

    await expect(running).rejects.toMatchObject({
      code: 'consumer.unknown',
      message: expect.stringMatching(/^found no consumer filer in .*consumers, expected a file of it$/),
    });
  });
});

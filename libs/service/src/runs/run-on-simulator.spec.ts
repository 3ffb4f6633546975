import { chat, definePipeline } from '@batchmill/pipeline';
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
});

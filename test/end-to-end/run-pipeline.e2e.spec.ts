import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manyNotes } from './notes-pipeline.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** A user's own script. */
const script = `
import { chat, definePipeline } from '@batchmill/pipeline';
import { runPipeline } from '@batchmill/service';

const pipeline = definePipeline({
  name: 'mine',
  source: { collection: 'notes', queryTemplate: {}, parentIdField: 'note' },
  inference: { functions: [chat({ name: 'summary', system: 'Summarize the following text:', user: '{{ text }}' })] },
});
const process = (response) => ({ talking_points: 'length: ' + response.choices[0].message.content.length });
const { totalProcessed, succeeded, failed } = await runPipeline({ pipeline, process });
console.log(JSON.stringify({ totalProcessed, succeeded, failed }));
`;

describe('runPipeline', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-run-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('R9 C5: runPipeline runs a definition with a processor, and returns the numbers of processed, succeeded and failed documents', async () => {
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    await store.collection('notes').insertMany(manyNotes(6));

    const env = {
      PATH: process.env['PATH'],
      BATCHMILL_HOME: home,
      OPENAI_BASE_URL: 'simulated',
      BATCHMILL_SIMULATOR_SPEED: '3600',
      BATCHMILL_FIRST_POLL_MS: '50',
      POLL_INTERVAL: '0.2',
    };
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
    const { stdout } = await run(process.execPath, args, { cwd: root, env });
    const answered = await Array.fromAsync(store.collection('notes').find({}));
    await store.close();

    expect(JSON.parse(stdout)).toEqual({ totalProcessed: 6, succeeded: 6, failed: 0 });
    for (const { event_response: answers } of answered) {
      expect(answers).toMatchObject([{ talking_points: expect.stringMatching(/^length: \d+$/) }]);
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fast } from '../pipelines/example.js';
import { batchmill, type CommandResult } from './command.js';

const pipeline = `
import { chat, definePipeline } from '@batchmill/pipeline';

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

export default definePipeline({
  name: 'careless',
  source: { collection: 'notes' },
  batch: { maxRetries: 0 },
  inference: {
    functions: [
      chat({
        name: 'reply',
        model: 'gpt-4o-mini',
        user: '{{ text }}',
        process: async (_, { _id }) => {
          if (_id === 'forgotten-await') {
            void Promise.reject(new TypeError('secret'));
            await later(5_000);
          }
          if (_id === 'in-a-timer') setTimeout(() => { throw new RangeError('secret'); }, 1);
          if (_id === 'after-the-call') setTimeout(() => { throw new RangeError('secret'); }, 50);
          if (_id === 'in-a-timer') await later(5_000);
          return 'x';
        },
      }),
    ],
  },
});
`;

interface Note {
  readonly _id: string;
  readonly ai_status: string;
  readonly processing_info: object;
}

describe('a pipeline’s code that throws outside the awaited call', () => {
  let folder: string;
  let result: CommandResult;
  let stored: ReadonlyMap<string, Note>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-careless-'));
    await mkdir(join(folder, 'pipelines/careless'), { recursive: true });
    await writeFile(join(folder, 'pipelines/careless/careless.pipeline.ts'), pipeline);
    const ids = ['forgotten-await', 'in-a-timer', 'after-the-call', 'careful'];
    await writeFile(join(folder, 'notes.jsonl'), ids.map((_id) => JSON.stringify({ _id, text: 'A note.' })).join('\n'));
    await batchmill(folder, ['load', 'notes.jsonl', '--collection', 'notes'], { env: fast });
    result = await batchmill(folder, ['run', 'careless', '--wait'], { env: fast });
    const { out } = await batchmill(folder, ['export', '--collection', 'notes'], { env: fast });
    const notes = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Note);
    stored = new Map(notes.map((note) => [note._id, note]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['forgotten-await', 'TypeError'],
    ['in-a-timer', 'RangeError'],
  ])('C5: an error during the call fails only its document: %s', (id, name) => {
    expect(stored.get(id)).toMatchObject({
      ai_status: 'failed',
      processing_info: {
        error: {
          kind: 'ProcessingError',
          code: 'response.process-failed',
          message: `Function reply: its processor threw a ${name}`,
        },
      },
    });
  });

  it('C5: an error after the call ends neither the run nor its process', () => {
    expect(result).toMatchObject({ code: 3 });
    for (const id of ['after-the-call', 'careful']) expect(stored.get(id)).toMatchObject({ ai_status: 'completed' });
  });

  it('N3: the log names the function and the type of the error', async () => {
    const log = await readFile(join(folder, '.batchmill/batchmill.log'), 'utf8');

    expect(log).toContain('Function reply: its processor threw a RangeError outside of its call');
    expect(log + result.out + result.err).not.toContain('secret');
  });
});

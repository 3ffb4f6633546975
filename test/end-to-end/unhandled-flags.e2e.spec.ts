import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fast } from '../pipelines/example.js';

const root = join(import.meta.dirname, '../..');

/** A host whose processor forgets an await: within the call, after it, and after the run. Then its own code does. */
const host = `
import { chat, definePipeline } from '@batchmill/pipeline';
import { runPipeline } from '@batchmill/service';

const later = (ms) => new Promise((done) => setTimeout(done, ms));
const runEnded = Promise.withResolvers();
const rejectAfter = async (moment) => { await moment; throw new TypeError('secret'); };
const pipeline = definePipeline({
  name: 'careless',
  source: { collection: 'notes', queryTemplate: {}, parentIdField: 'note' },
  batch: { maxRetries: 0 },
  inference: { functions: [chat({ name: 'reply', model: 'gpt-4o-mini', user: '{{ text }}' })] },
});
let calls = 0;
const process_ = async () => {
  calls += 1;
  if (calls === 1) { void Promise.reject(new TypeError('secret')); await later(500); }
  if (calls === 2) void rejectAfter(later(20));
  if (calls === 3) void rejectAfter(runEnded.promise);
  return 'x';
};
const { succeeded, failed } = await runPipeline({ pipeline, process: process_ });
runEnded.resolve();
await later(100);
console.log(JSON.stringify({ succeeded, failed }));

void Promise.reject(new RangeError('of the host'));
await later(100);
console.log('goes on');
`;

describe('a host of runPipeline', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-host-'));
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    await store.collection('notes').insertMany([1, 2, 3, 4].map((_id) => ({ _id, text: 'A note.' })));
    await store.close();
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const start = (mode: string) => {
    const args = [`--unhandled-rejections=${mode}`, '--disable-warning=ExperimentalWarning', '--input-type=module'];
    const env = { PATH: process.env['PATH'], BATCHMILL_HOME: home, ...fast };
    const child = execFile(process.execPath, [...args, '-e', host], { cwd: root, env });
    const ended = once(child, 'close').then(([code]: unknown[]) => code);
    return Promise.all([ended, text(child.stdout!), text(child.stderr!)]);
  };

  it.each([
    ['throw', 1, false],
    ['strict', 1, false],
    ['warn', 0, true],
    ['warn-with-error-code', 1, true],
  ])(
    'C5: is not ended by a rejection of the pipeline’s code, and by its own as Node does, with %s',
    async (mode, code, goesOn) => {
      const [ended, output, errors] = await start(mode);
      const [result, ...after] = output.trim().split('\n');

      expect(JSON.parse(result!)).toEqual({ succeeded: 3, failed: 1 });
      expect(after).toEqual(goesOn ? ['goes on'] : []);
      expect(errors).toContain('of the host');
      expect(ended).toBe(code);
    },
  );
});

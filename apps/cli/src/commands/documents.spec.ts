import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const definition = `
  import { chat, definePipeline } from '@batchmill/pipeline';
  export default definePipeline({
    name: 'letters',
    source: { collection: 'letters' },
    inference: { functions: [chat({ name: 'summary', model: 'gpt-4o-mini', user: 'Summarise: {{ text }}' })] },
  });`;

describe('batchmill documents list --failed', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-failed-'));
    process.env['BATCHMILL_PIPELINES'] = join(folder, 'pipelines');
    process.env['BATCHMILL_FIRST_POLL_MS'] = '20';
    await mkdir(join(folder, 'pipelines/letters'), { recursive: true });
    await writeFile(join(folder, 'pipelines/letters/letters.pipeline.ts'), definition);
    const documents = [{ _id: 'a', text: 'The mill.' }, { _id: 'b' }, { _id: 'c' }];
    await writeFile(join(folder, 'letters.jsonl'), documents.map((each) => `${JSON.stringify(each)}\n`).join(''));
    await writeFile(join(folder, 'ids.txt'), 'z\n');
    await writeFile(join(folder, 'done.txt'), 'a\n');
    await batchmill('load', join(folder, 'letters.jsonl'), '--collection', 'letters');
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, 'BATCHMILL_PIPELINES');
    Reflect.deleteProperty(process.env, 'BATCHMILL_FIRST_POLL_MS');
    await rm(folder, { recursive: true, force: true });
  });

  const batchmill = (...args: string[]) => runBatchmill(join(folder, 'home'), args);
  const list = (...args: string[]) => batchmill('documents', 'list', '--failed', ...args);

  it('X3: a run counts its errors by code and names the commands that go on, which list the documents', async () => {
    const ran = await batchmill('run', 'letters', '--run-id', 'first');
    const shown = await batchmill('runs', 'show', 'first');
    const listed = await list('--run', 'first');
    const asJson = await list('letters', '--json');

    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/\nerror +2 requests: template\.missing-value: .*text/);
    expect(ran.out).toContain('which documents: batchmill documents list --failed --run first\n');
    expect(ran.out).toContain('batchmill run letters --endpoint inference --redo failed\n');
    expect(shown.out).toMatch(/\nfunctions summary\nmodels +gpt-4o-mini\n/);
    expect(listed.out).toMatch(/\nb +letters +inference +summary +template\.missing-value +.*text.*\nc /);
    expect(
      asJson.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { id: 'b', runId: 'first', errors: [{ function: 'summary', code: 'template.missing-value' }] },
      { id: 'c' },
    ]);
  });

  it('X3: a run that finds nothing pending says that others failed and exits with 3, or why there is nothing', async () => {
    await batchmill('run', 'letters');

    const again = await batchmill('run', 'letters');
    const missing = await batchmill('run', 'letters', '--documents-file', join(folder, 'ids.txt'));
    const redone = await batchmill('run', 'letters', '--documents-file', join(folder, 'done.txt'));

    expect(again.code).toBe(3);
    expect(again.out).toContain('2 documents failed earlier; see: batchmill documents list letters --failed');
    expect(missing).toMatchObject({
      code: 0,
      out: expect.stringContaining('none of the 3 documents in letters matches'),
    });
    expect(redone).toMatchObject({ code: 0, out: expect.stringContaining('all that match are completed') });
  });

  it('X3 Y7: those in which one function failed are listed with its errors alone, also where the document is completed', async () => {
    const { functions } = {
      functions: {
        summary: {
          state: 'failed',
          error: { code: 'provider.refusal', message: 'refused', at: { $date: '2026-01-01' } },
        },
        qa_0: { state: 'done' },
        qa_1: { state: 'failed', error: { code: 'answer.invalid', message: 'no JSON', at: { $date: '2026-01-01' } } },
        qa_extra: { state: 'failed', error: { code: 'other', message: 'other', at: { $date: '2026-01-01' } } },
      },
    };
    const documents = [
      { _id: 'f', ai_status: 'failed', processing_info: { functions } },
      { _id: 'g', ai_status: 'completed', processing_info: { functions: { summary: functions.summary } } },
      {
        _id: 'h',
        ai_status: 'completed',
        processing_info: {
          error: { ...functions.summary.error, function: 'summary' },
          functions: { summary: { state: 'done' } },
        },
      },
      { _id: 'i', ai_status: 'failed', processing_info: {} },
    ];
    await writeFile(join(folder, 'marked.jsonl'), documents.map((each) => `${JSON.stringify(each)}\n`).join(''));
    await batchmill('load', join(folder, 'marked.jsonl'), '--collection', 'letters');
    const errorsOf = async (name: string) =>
      (await list('--json', '--function', name)).out
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { id: string; errors: { code: string }[] })
        .map(({ id, errors }) => [id, ...errors.map(({ code }) => code)]);

    expect(await errorsOf('summary')).toEqual([
      ['f', 'provider.refusal'],
      ['g', 'provider.refusal'],
    ]);
    expect(await errorsOf('qa')).toEqual([['f', 'answer.invalid']]);
    expect(await errorsOf('qa_1')).toEqual([['f', 'answer.invalid']]);
    expect((await list('--function', 'summary', '--code', 'answer.invalid')).out).toBe('no such document\n');
    expect((await list('--function', 'nothing')).out).toBe('no such document\n');
  });

  it('X3: a filter leaves out other runs and codes, and a limit says how many more there are', async () => {
    await batchmill('run', 'letters', '--run-id', 'first');

    expect((await list('--run', 'second')).out).toBe('no such document\n');
    expect((await list('--code', 'provider.refusal')).out).toBe('no such document\n');
    expect((await list('--limit', '1')).out).toMatch(/\nb .*\n1 of 2 documents shown; more with --limit\n$/);
  });
});

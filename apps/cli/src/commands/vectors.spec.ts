import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const definition = `
import { definePipeline } from '@batchmill/pipeline';
export default definePipeline({
  name: 'notes',
  source: { collection: 'notes', parentIdField: '_id' },
  embeddings: { dimensions: 8, text: 'text', vectors: { alias: 'notes' } },
});`;

const small = 'notes_text_embedding_3_small_8';
const large = 'notes_text_embedding_3_large_8';
const toSmall = 'text-embedding-3-small';
const toLarge = 'text-embedding-3-large';

describe('batchmill vectors', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-vectors-'));
    await mkdir(join(folder, 'home'));
    const notes = ['Payments grew.', 'The board thanks the shareholders.', 'Rain is expected.'];
    const lines = notes.map((text, index) => `${JSON.stringify({ _id: index, text })}\n`);
    await writeFile(join(folder, 'notes.jsonl'), lines.join(''));
    // A module is loaded once per process, so each model has a definition of its own.
    for (const model of [toSmall, toLarge]) {
      await mkdir(join(folder, model, 'notes'), { recursive: true });
      await writeFile(join(folder, model, 'notes/notes.pipeline.ts'), definition);
    }
    await batchmill(toSmall, 'load', join(folder, 'notes.jsonl'), '--collection', 'notes');
    await batchmill(toSmall, 'run', 'notes');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function batchmill(model: string, ...args: string[]) {
    const { code, out, err } = await runBatchmill(join(folder, 'home'), args, {
      BATCHMILL_PIPELINES: join(folder, model),
      BATCHMILL_EMBEDDING_MODEL: model,
      BATCHMILL_SIMULATOR_SPEED: '3600',
      BATCHMILL_FIRST_POLL_MS: '50',
      POLL_INTERVAL: '0.2',
    });
    return { code, output: `${err}${out}` };
  }

  it('Y6: list shows which collection searches find, switch moves the alias, and drop deletes what is not used', async () => {
    const first = await batchmill(toSmall, 'vectors', 'list');
    const plain = await batchmill(toLarge, 'run', 'notes');
    const part = await batchmill(toLarge, 'run', 'notes', '--redo', 'stale', '--limit', '1');
    const filling = await batchmill(toLarge, 'vectors', 'list', '--json');
    const searched = await batchmill(toLarge, 'search', 'notes', 'payments grew', '--top', '1');
    const refused = await batchmill(toLarge, 'vectors', 'switch', 'notes');
    const forced = await batchmill(toLarge, 'vectors', 'switch', 'notes', '--incomplete');
    const pointed = await batchmill(toSmall, 'vectors', 'drop', large, '--yes');
    const back = await batchmill(toLarge, 'vectors', 'switch', 'notes', '--to', small);
    const whole = await batchmill(toLarge, 'run', 'notes', '--redo', 'stale');
    const used = await batchmill(toLarge, 'vectors', 'drop', large, '--yes');
    const unasked = await batchmill(toLarge, 'vectors', 'drop', small);
    const dropped = await batchmill(toLarge, 'vectors', 'drop', small, '--yes');
    const last = await batchmill(toLarge, 'vectors', 'list');

    expect(first.output).toMatch(new RegExp(`${small} +notes +searched +text-embedding-3-small +8 +3 +notes\n`));
    expect(plain.output).toContain('all that match are completed, for an earlier collection; embed them again with');
    expect(part.output).toContain(
      `alias     notes still finds the vectors of ${small}, since ${large} lacks some of them`,
    );
    expect(JSON.parse(filling.output)).toMatchObject([
      { collection: large, use: 'filling', aliases: [], model: 'text-embedding-3-large', vectors: 1 },
      { collection: small, use: 'searched', aliases: ['notes'], model: 'text-embedding-3-small', vectors: 3 },
    ]);
    expect(searched.output).toContain(
      `notes finds the vectors of ${small}, of the model text-embedding-3-small, until`,
    );
    expect(searched.output).toMatch(/\n1\.000 .*Payments grew\./);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${large} lacks 2 of the vectors in ${small}`),
    });
    expect(forced.output).toBe(`notes finds the vectors of ${large} now instead of ${small}, which lacks 2 vectors\n`);
    expect(pointed).toMatchObject({
      code: 1,
      output: expect.stringContaining('the alias notes of pipeline notes points to it'),
    });
    expect(back).toEqual({ code: 0, output: `notes finds the vectors of ${small} now instead of ${large}\n` });
    expect(whole.output).toContain(
      `alias     notes finds the vectors of ${large} now\n          ${small} stays until: batchmill vectors drop ${small}\n`,
    );
    expect(used).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${large} was not dropped: pipeline notes writes into it`),
    });
    expect(unasked).toMatchObject({ code: 1, output: expect.stringContaining('found no --yes') });
    expect(dropped).toEqual({ code: 0, output: `${small} was dropped with 3 vectors\n` });
    expect(last.output).toMatch(new RegExp(`${large} +notes +searched .* 3 +notes\n$`));
  });

  it('Y6: switch and drop name what is wrong with a collection or a pipeline that they do not know', async () => {
    const none = await batchmill(toSmall, 'vectors', 'switch', 'notes', '--to', 'others');
    const foreign = await batchmill(toSmall, 'vectors', 'drop', 'others', '--yes');

    expect(none).toMatchObject({
      code: 1,
      output: expect.stringContaining('others: no run of notes has written into it'),
    });
    expect(foreign).toMatchObject({
      code: 1,
      output: expect.stringContaining('this installation has written nothing into it'),
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const definition = `
  import { definePipeline } from '@batchmill/pipeline';
  export default definePipeline({
    name: 'letters',
    source: { collection: 'letters', parentIdField: 'box' },
    embeddings: {
      dimensions: 8,
      text: 'text',
      vectors: {
        collection: 'letters',
        fields: { company: { type: 'string', path: 'from.company' }, pages: 'integer', sent: 'date', open: 'boolean' },
      },
    },
  });`;

const settings = { BATCHMILL_FIRST_POLL_MS: '20', OPENAI_BASE_URL: 'simulated', BATCHMILL_SIMULATOR_SPEED: '3600' };

describe('batchmill search --where', () => {
  let folder: string;
  const batchmill = (...args: string[]) => runBatchmill(join(folder, 'home'), args);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-where-'));
    Object.assign(process.env, settings, { BATCHMILL_PIPELINES: join(folder, 'pipelines') });
    await mkdir(join(folder, 'pipelines/letters'), { recursive: true });
    await writeFile(join(folder, 'pipelines/letters/letters.pipeline.ts'), definition);
    const letters = [
      { from: { company: 'Acme' }, pages: 3, sent: { $date: '2026-01-31T00:00:00Z' }, open: true },
      { from: { company: 'Béta "B"' }, pages: { $numberLong: '9007199254740993' }, sent: '2026-02-01', open: false },
    ].map((letter, index) => ({ ...letter, _id: `letter ${index}`, box: 'b', text: `Payments grew by ${index}.` }));
    await writeFile(join(folder, 'letters.jsonl'), letters.map((each) => `${JSON.stringify(each)}\n`).join(''));
    await batchmill('load', join(folder, 'letters.jsonl'), '--collection', 'letters');
    await batchmill('run', 'letters');
  });
  afterAll(async () => {
    for (const name of [...Object.keys(settings), 'BATCHMILL_PIPELINES']) Reflect.deleteProperty(process.env, name);
    await rm(folder, { recursive: true, force: true });
  });

  it('E4: finds only what meets the condition, and shows the fields of each hit', async () => {
    const all = await batchmill('search', 'letters', 'payments', '--json');
    const some = await batchmill('search', 'letters', 'payments', '--where', 'sent >= 2026-02-01 and open = false');
    const none = await batchmill('search', 'letters', 'payments', '--where', 'pages = 9007199254740992');
    const big = await batchmill('search', 'letters', 'payments', '--where', 'pages = 9007199254740993', '--json');

    expect(JSON.parse(all.out)).toHaveLength(2);
    expect(some.out).toMatch(
      /^-?\d\.\d{3} {2}b {2}letter 1 {2}company=Béta "B" pages=9007199254740993 sent=2026-02-01T/,
    );
    expect(some.out.trim().split('\n')).toHaveLength(1);
    expect(none.out).toBe('no vector meets the condition\n');
    expect(JSON.parse(big.out)).toMatchObject([
      {
        block_mongo_id: 'letter 1',
        fields: { company: 'Béta "B"', pages: '9007199254740993', sent: '2026-02-01T00:00:00.000Z', open: false },
      },
    ]);
  });

  it('E4: refuses a condition that it cannot read, and names the fields of the pipeline', async () => {
    const refused = await batchmill('search', 'letters', 'payments', '--where', 'vendor = Acme');

    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      'found "vendor" at 1, expected a field: block_mongo_id, block_doc_id, company, pages',
    );
  });

  it('Y6: a search by another model than that of the collection is refused', async () => {
    const remodelled = definition
      .replace("name: 'letters',", "name: 'remodelled',")
      .replace('dimensions: 8,', "dimensions: 8, model: 'text-embedding-3-large',");
    await mkdir(join(folder, 'pipelines/remodelled'), { recursive: true });
    await writeFile(join(folder, 'pipelines/remodelled/remodelled.pipeline.ts'), remodelled);

    const refused = await batchmill('search', 'remodelled', 'payments');

    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/letters: found vectors of the model text-embedding-3-small, expected .*-large/);
  });
});

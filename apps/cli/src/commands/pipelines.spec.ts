import { describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const home = join(tmpdir(), 'batchmill-not-created');

describe('batchmill pipelines', () => {
  it('C7: lists each pipeline with its collection, endpoints and models', async () => {
    const { out, code } = await runBatchmill(home, ['pipelines', 'list']);

    expect(code).toBe(0);
    expect(out).toMatch(/annual-reports +blocks +embeddings, inference +text-embedding-3-small, gpt-4o +Annual/);
  });

  it('C7: shows what a pipeline takes, requests and writes, with its defaults', async () => {
    const { out } = await runBatchmill(home, ['pipelines', 'show', 'annual-reports']);

    expect(out).toMatch(/^annual-reports: Annual reports/);
    expect(out).toMatch(/companies +string\[\] +JKHY,AAPL,MSFT/);
    expect(out).toMatch(/questions +string\[\] +2 entries/);
    expect(out).toContain('1,000 per batch; vectors of 1536 dimensions to annual_report_blocks');
    expect(out).toMatch(/qa +gpt-4o +\/v1\/chat\/completions +out at most 500, temperature 0.1, one per questions/);
  });

  it('E4: shows with which fields vectors are stored, and by which they are partitioned', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-pipelines-'));
    await mkdir(join(folder, 'notes'));
    await writeFile(
      join(folder, 'notes', 'notes.pipeline.mjs'),
      `export default {
        name: 'notes',
        source: { collection: 'notes' },
        embeddings: {
          text: 'text',
          vectors: { collection: 'notes', fields: { tenant: 'string', pages: 'integer' }, partitionBy: 'tenant' },
        },
      };`,
    );
    const show = (...args: string[]) =>
      runBatchmill(home, ['pipelines', 'show', 'notes', ...args], { BATCHMILL_PIPELINES: folder });

    const { out } = await show();
    const json = JSON.parse((await show('--json')).out) as { endpoints: unknown[] };
    await rm(folder, { recursive: true });

    expect(out).toContain('to notes, with tenant (string), pages (integer), partitioned by tenant\n');
    expect(json.endpoints).toMatchObject([{ vectors: { partitionBy: 'tenant', fields: [{ name: 'tenant' }, {}] } }]);
  });

  it('C7: prints the same as JSON', async () => {
    const listed = await runBatchmill(home, ['pipelines', 'list', '--json']);
    const shown = await runBatchmill(home, ['pipelines', 'show', 'basic-schema', '--json']);

    const basic = JSON.parse(shown.out) as unknown;
    expect(basic).toMatchObject({ name: 'basic-schema', collection: 'articles', endpoints: [{ functions: [{}] }] });
    expect(JSON.parse(listed.out)).toContainEqual(basic);
  });

  it('C6: refuses a name that no pipeline has, with those that exist', async () => {
    const { err, code } = await runBatchmill(home, ['pipelines', 'show', 'anual-reports']);

    expect(code).toBe(1);
    expect(err).toMatch(
      /found no pipeline "anual-reports", expected one of annual-reports, .*did you mean annual-reports/,
    );
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';
import { seedReports } from '../testing/seed-reports.js';

const preview = 'preview annual-reports --endpoint inference'.split(' ');

describe('batchmill preview', () => {
  let home: string;
  beforeEach(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'batchmill-preview-')), 'home');
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, 'BATCHMILL_PIPELINES');
    await rm(join(home, '..'), { recursive: true, force: true });
  });

  async function inStore<T>(work: (blocks: ReturnType<EmbeddedStore['collection']>) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    try {
      return await work(store.collection('blocks'));
    } finally {
      await store.close();
    }
  }

  it('C4: shows the prompts of the first documents as they would be sent, and what these would cost', async () => {
    await seedReports(home, 5);

    const { out, code } = await runBatchmill(home, [...preview, '--function', 'summary', '--limit', '2']);

    expect(code).toBe(0);
    expect(out).toBe(
      [
        'annual-reports, inference: showing 2 of 5 pending documents',
        '',
        '1  JKHY-0',
        '  summary: gpt-4o, /v1/chat/completions, temperature 0.1',
        '    system, 7 tokens',
        '      Summarize the following text:',
        '    user, 17 tokens',
        '      Revenue of segment0 grew, and JKHY says why in paragraph 0.',
        '    35 tokens in, 500 out at most',
        '',
        '2  JKHY-1',
        '  summary: gpt-4o, /v1/chat/completions, temperature 0.1',
        '    system, 7 tokens',
        '      Summarize the following text:',
        '    user, 17 tokens',
        '      Revenue of segment1 grew, and JKHY says why in paragraph 1.',
        '    35 tokens in, 500 out at most',
        '',
        'requests  2',
        'tokens    70 in, 1,000 out at most',
        'cost      at most $0.0051, synchronously $0.0103',
        'provider  OpenAI: at most 50,000 requests, 200 MiB, 50,000 embedding inputs in a file',
        'nothing was sent or written',
        '',
      ].join('\n'),
    );
  });

  it('C4 X1: for a request that cannot be made it shows what is missing and which variables are available, and exits with 3', async () => {
    await seedReports(home, 2);
    await inStore((blocks) => blocks.updateOne({ _id: 'JKHY-1' }, { $rename: { text_content: 'txt_content' } }));

    const { out, code } = await runBatchmill(home, [...preview, '--function', 'summary']);

    expect(code).toBe(3);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      '2 JKHY-1 summary: cannot be requested TemplateError: Function summary, user prompt, line 1: the document has no value for ' +
        '"text_content" (there is _id, doc_id, company, doc_type, txt_content, companies, docType, questions, document; ' +
        'did you mean "txt_content"?); give it one, map it with fieldMap, or write {{ text_content | default: "" }} ' +
        'available variables: _id, companies, company, docType, doc_id, doc_type, questions, txt_content',
    );
    expect(out).toContain('requests  1, and 1 that cannot be made');
  });

  it('C4: completed documents are shown when none is pending', async () => {
    await seedReports(home, 2);
    await inStore((blocks) => blocks.updateMany({}, { $set: { ai_status: 'completed' } }));

    const { out } = await runBatchmill(home, [...preview, '--limit', '1']);

    expect(out).toContain('annual-reports, inference: no document is pending; showing 1 of 2 that match\n');
    expect(out).toContain('Question: Which risks does the company name?');
  });

  it('R10 C4: of a document that has ended only the functions that it lacks are shown', async () => {
    await seedReports(home, 1);
    const functions = { summary: { state: 'done' } };
    await inStore((blocks) =>
      blocks.updateMany({}, { $set: { ai_status: 'completed', 'processing_info.functions': functions } }),
    );

    const { out } = await runBatchmill(home, [...preview, '--function', 'summary', 'qa_0']);

    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'showing all of 1 document pending or lacking a function; 1 document lacks qa_0',
    );
    expect(out).toContain('\nrequests  1\n');
  });

  it('C4: the JSON has the whole prompts and the body that would be sent', async () => {
    await seedReports(home, 1);

    const { out } = await runBatchmill(home, ['preview', 'annual-reports', '--endpoint', 'embeddings', '--json']);

    expect(JSON.parse(out)).toMatchObject({
      pending: 1,
      documents: [
        {
          id: 'JKHY-0',
          requests: [
            {
              function: 'embeddings',
              prompts: [{ role: 'text', text: 'Revenue of segment0 grew, and JKHY says why in paragraph 0.' }],
              body: { model: 'text-embedding-3-small', dimensions: 1536 },
            },
          ],
        },
      ],
    });
  });

  it('C4: nothing is written, neither marks on documents nor a home', async () => {
    const { out, code } = await runBatchmill(home, preview);
    const isMade = existsSync(home);
    await seedReports(home, 1);
    const before = await inStore((blocks) => blocks.findOne({}));
    await runBatchmill(home, preview);

    expect({ out, code, isMade }).toEqual({
      out: 'annual-reports: blocks is empty; fill it with: batchmill load FILE --collection blocks\n',
      code: 0,
      isMade: false,
    });
    expect(await inStore((blocks) => blocks.findOne({}))).toEqual(before);
  });

  it('C3: a document with a circular value is reported, and the others are shown', async () => {
    const pipelines = join(home, '..', 'pipelines');
    process.env['BATCHMILL_PIPELINES'] = pipelines;
    await mkdir(home, { recursive: true });
    await mkdir(join(pipelines, 'rings'), { recursive: true });
    await writeFile(
      join(pipelines, 'rings', 'rings.pipeline.ts'),
      `import { chat } from '@batchmill/pipeline';
      const self = (value) => {
        const ring = { value };
        ring.ring = ring;
        return value === 'a' ? ring : value;
      };
      export default {
        name: 'rings',
        source: { collection: 'c', fieldMap: { ring: 'name' }, preprocessFunctions: { ring: self } },
        inference: { functions: [chat({ name: 'f', user: 'About {{ ring }}' })] },
      };`,
    );
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    await store.collection('c').insertMany(['a', 'b'].map((name) => ({ _id: name, name, ai_status: 'pending' })));
    await store.close();

    const { out, code, err } = await runBatchmill(home, ['preview', 'rings']);
    expect(err).toBe('');

    expect(code).toBe(3);
    expect(out).toContain('TemplateError: Function f, user prompt, line 1: could not be rendered for this document');
    expect(out).toContain('available variables: _id, ai_status, name, ring.ring, ring.value');
    expect(out).toContain('About b');
  });
});

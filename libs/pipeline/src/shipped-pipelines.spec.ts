import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import annualReports from '../../../pipelines/annual-reports/annual-reports.pipeline.js';
import packageDocs from '../../../pipelines/package-docs/package-docs.pipeline.js';
import { responseUpdate } from './answers/response-update.js';
import { checkPipeline } from './check/check-pipeline.js';
import type { PipelineDefinition } from './definition/pipeline-definition.js';
import type { Pipeline } from './pipeline.js';
import { planRun } from './plan/plan-run.js';
import { renderRequests } from './requests/render-requests.js';
import { defaults } from './testing/a-pipeline.js';

const folder = new URL('../../../pipelines/', import.meta.url);

function load(definition: PipelineDefinition): Pipeline {
  const { name } = definition;
  return checkPipeline(definition, {
    file: `${name}.pipeline.ts`,
    defaults,
    readPrompt: (path) => readFileSync(new URL(`${name}/${path}`, folder), 'utf8'),
  });
}

describe('pipelines/annual-reports', () => {
  const pipeline = load(annualReports);

  it('E1: a run without parameters embeds the annual reports of the companies in admin_list.txt', () => {
    const plan = planRun(pipeline, {});

    expect(plan.endpoint).toBe('embeddings');
    expect(plan.filter).toEqual({ company: { $in: ['JKHY', 'AAPL', 'MSFT'] }, doc_type: 'Annual Report' });
    expect(plan.endpointPlan.vectors).toEqual({
      ...{ collection: 'annual_report_blocks', model: 'text-embedding-3-small', dimensions: 1536 },
      idFields: { chunkId: 'block_mongo_id', parentId: 'block_doc_id' },
      idBytes: 1_024,
      originFields: { textHash: 'text_hash', model: 'model' },
      isWatched: false,
      isPruned: false,
      rowFields: [],
      partitionField: null,
      alias: null,
    });
  });

  it('I2: summary and question answering use gpt-4o with the shipped prompts', async () => {
    const plan = planRun(pipeline, { endpoint: 'inference', parameters: { questions: ['Who?'] } });

    const { requests, failures } = await renderRequests(plan, { text_content: 'Jack Henry.' }, plan.functions);

    expect(failures).toEqual([]);
    expect(requests.map((request) => [request.function, request.model, request.body['messages']])).toEqual([
      [
        'summary',
        'gpt-4o',
        [
          { role: 'system', content: 'Summarize the following text:' },
          { role: 'user', content: 'Jack Henry.' },
        ],
      ],
      [
        'qa_0',
        'gpt-4o',
        [
          { role: 'system', content: 'Answer the following question based on the text:' },
          { role: 'user', content: 'Question: Who?\n\nText:\nJack Henry.' },
        ],
      ],
    ]);
  });

  it('I2: a run without questions has two default ones', () => {
    expect(planRun(pipeline, { endpoint: 'inference' }).functions).toEqual(['summary', 'qa_0', 'qa_1']);
  });

  it('I2: the answers of functions do not overwrite each other', async () => {
    const plan = planRun(pipeline, { endpoint: 'inference' });
    const at = { now: new Date(0), runId: 'r' };

    const fields = await Promise.all(
      plan.functions.map(async (name) => {
        const result = await responseUpdate(
          plan,
          name,
          { answer: { kind: 'text', text: 'x', body: {} }, usage: { inputTokens: 1, outputTokens: 1 } },
          { text_content: 'y' },
          at,
        );
        return 'update' in result ? Object.keys(result.update['$set'] ?? {}) : [];
      }),
    );

    expect(fields).toEqual([['answers.summary'], ['answers.qa_0'], ['answers.qa_1']]);
  });
});

describe('pipelines/package-docs', () => {
  const pipeline = load(packageDocs);

  it('selects all documentation, or that of the given companies', () => {
    expect(planRun(pipeline, { endpoint: 'embeddings' }).filter).toEqual({ doc_type: 'Documentation' });
    expect(planRun(pipeline, { endpoint: 'embeddings', parameters: { companies: 'ajv,bson' } }).filter).toEqual({
      doc_type: 'Documentation',
      company: { $in: ['ajv', 'bson'] },
    });
  });

  it('I1: embeds and summarises the same documents', async () => {
    const document = { doc_id: 'README.md', company: 'ajv', text_content: 'Validates.' };

    const embeddings = planRun(pipeline, { endpoint: 'embeddings' });
    const inference = planRun(pipeline, { endpoint: 'inference' });

    expect((await renderRequests(embeddings, document, embeddings.functions)).requests).toMatchObject([
      { model: 'text-embedding-3-small', body: { input: 'Validates.', dimensions: 1536 } },
    ]);
    expect((await renderRequests(inference, document, inference.functions)).requests).toMatchObject([
      { model: 'gpt-4o-mini', function: 'summary' },
    ]);
    expect(pipeline.source).toMatchObject({ collection: 'blocks', parentIdField: 'doc_id' });
  });
});

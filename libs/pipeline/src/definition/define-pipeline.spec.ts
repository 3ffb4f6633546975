import { describe, expect, it } from '@jest/globals';
import { planRun } from '../plan/plan-run.js';
import { checked } from '../testing/a-pipeline.js';
import { chat } from './prompt-function-definition.js';
import { definePipeline } from './define-pipeline.js';
import { prompt } from './file-references.js';
import type { ChatBody } from './response-bodies.js';

const parse = (response: ChatBody): string[] => (response.choices[0]?.message.content ?? '').split('\n');

const annualReports = definePipeline({
  name: 'annual-reports',
  parameters: {
    companies: 'string[]',
    docType: { type: 'string', default: 'Annual Report' },
    questions: { type: 'string[]', required: false },
  },
  source: {
    collection: 'blocks',
    queryTemplate: ({ companies, docType }) => ({ company: { $in: companies }, doc_type: docType }),
    chunkIdField: '_id',
    parentIdField: 'doc_id',
  },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 1536,
    text: 'text_content',
    tooLong: 'fail',
    status: { field: 'embedding_status' },
    vectors: { collection: 'annual_report_blocks' },
  },
  inference: {
    functions: [
      chat({ name: 'summary', model: 'gpt-4o', system: prompt('summary.md'), user: prompt('text.liquid') }),
      chat({ name: 'qa', model: 'gpt-4o', forEach: 'questions', user: '{{ question }} {{ text_content }}' }),
    ],
  },
});

const medicalRecords = definePipeline({
  name: 'medical-records',
  source: {
    collection: 'patients',
    queryTemplate: { ai_status: 'pending' },
    documentIdField: 'document_id',
    fieldMap: {
      patient_name: 'patient_details.first_name',
      doctor_name: 'medical_details.doctor_name',
      last_visit_date: 'visits.last',
    },
    preprocessFunctions: { patient_name: (value) => String(value).trim() },
  },
  inference: {
    status: {
      field: 'ai_status',
      pending: 'pending',
      inProgress: 'in_progress',
      completed: 'completed',
      failed: 'failed',
    },
    processingInfoField: 'processing_info',
    functions: [
      chat({
        name: 'talking_points',
        model: 'gpt-4o-mini',
        temperature: 0.1,
        maxTokens: 500,
        system: prompt('system.md'),
        user: prompt('user.liquid'),
        process: (response, document) => ({
          talking_points: parse(response),
          patient_type: document['patient_type'] ?? 'ip',
        }),
        responseTemplate: {
          $push: { event_response: { talking_points: '{{response_content}}', created_date: '{{current_date}}' } },
        },
      }),
    ],
  },
  batch: { batchSize: 100, completionWindow: '24h', pollIntervalSeconds: 300, maxRetries: 3 },
});

describe('definePipeline', () => {
  it('C1 C2: the pipeline of annual reports passes the check', () => {
    const files = { 'summary.md': 'Summarize the following text:', 'text.liquid': '{{ text_content }}' };

    const pipeline = checked(annualReports, files);

    expect(pipeline.embeddings?.status.field).toBe('embedding_status');
    expect(pipeline.inference?.functions.map(({ name }) => name)).toEqual(['summary', 'qa']);
    const plan = planRun(pipeline, { endpoint: 'embeddings', parameters: { companies: ['JKHY'] } });
    expect(plan.filter).toEqual({ company: { $in: ['JKHY'] }, doc_type: 'Annual Report' });
  });

  it('C3 C5: the pipeline of medical records passes the check', () => {
    const pipeline = checked(medicalRecords, { 'system.md': 'You help doctors.', 'user.liquid': '{{ patient_name }}' });

    expect(pipeline.source.documentIdField).toBe('document_id');
    expect(pipeline.source.parentIdField).toBe('document_id');
    expect(pipeline.inference?.batchSize).toBe(100);
    expect(planRun(pipeline, {})).toMatchObject({ filter: { ai_status: 'pending' }, namesStatusField: true });
  });

  it('the type of an optional parameter includes undefined, unless it has a default', () => {
    definePipeline({
      name: 'types',
      parameters: { year: { type: 'number', required: false }, docType: { type: 'string', default: 'A' } },
      source: {
        queryTemplate: ({ year, docType }) => {
          const optional: number | undefined = year;
          const withDefault: string = docType;
          // @ts-expect-error it may be undefined
          const required: number = year;
          return { year: optional ?? required, docType: withDefault };
        },
      },
      embeddings: { text: 'text', vectors: { collection: 'v' } },
    });
    expect(true).toBe(true);
  });
});

import { chat, definePipeline } from '@batchmill/pipeline';

/** The collection of the documents, and of their vectors. */
export const liveCollection = 'batchmill_live';

/** Embeds and summarises three short texts: the least that exercises every stage against a paid provider. */
export const livePipeline = definePipeline({
  name: 'live',
  description: 'The requests of the live test',
  parameters: { liveRun: { type: 'string', description: 'The run whose documents are processed' } },
  source: {
    collection: liveCollection,
    queryTemplate: ({ liveRun }) => ({ live_run: liveRun }),
    parentIdField: 'live_run',
  },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 256,
    text: 'text',
    status: { field: 'embedding_status' },
    vectors: { collection: liveCollection },
  },
  inference: {
    status: { field: 'ai_status' },
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        maxTokens: 60,
        system: 'Summarize the following text:',
        user: '{{ text }}',
        responseTemplate: { $set: { summary: '{{ response_content }}' } },
      }),
    ],
  },
});

const texts = [
  'The mill at the upper weir grinds wheat from September to March. In dry years its wheel stands still for weeks.',
  'The bridge was closed for repairs in 1911. A ferry carried people, carts and cattle across the river meanwhile.',
  'The archive keeps the letters of three families of millers, who wrote to one another mostly about debts and floods.',
];

export interface LiveDocument extends Record<string, unknown> {
  readonly _id: string;
  readonly live_run: string;
  readonly text: string;
}

export function liveDocuments(runId: string): LiveDocument[] {
  return texts.map((text, index) => ({ _id: `${runId}-${index}`, live_run: runId, text }));
}

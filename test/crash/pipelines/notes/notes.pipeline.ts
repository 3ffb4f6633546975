import { chat, definePipeline } from '@batchmill/pipeline';

/** Small batches, so that a run has several of everything. */
export default definePipeline({
  name: 'notes',
  parameters: { topics: 'string[]' },
  source: { collection: 'notes', queryTemplate: ({ topics }) => ({ topic: { $in: topics } }), parentIdField: 'topic' },
  embeddings: { dimensions: 8, text: 'text', vectors: { collection: 'notes' } },
  inference: {
    functions: [
      chat({
        name: 'summary',
        reuse: true,
        system: 'Summarize the following text:',
        user: '{{ text }}',
        responseTemplate: { $push: { answers: '{{ response_content }}' } },
      }),
    ],
  },
  batch: { batchSize: 5 },
});

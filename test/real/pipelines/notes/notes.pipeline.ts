import { chat, definePipeline } from '@batchmill/pipeline';

/** Short notes by topic, so that every test has its own. Their vectors are in a collection of that test. */
export default definePipeline({
  name: 'notes',
  parameters: { topics: 'string[]' },
  source: { collection: 'notes', queryTemplate: ({ topics }) => ({ topic: { $in: topics } }), parentIdField: 'book' },
  defaultEndpoint: 'embeddings',
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 16,
    text: 'text',
    status: { field: 'embedding_status' },
    vectors: { collection: process.env['NOTES_VECTORS'] ?? 'notes' },
  },
  inference: {
    status: { field: 'ai_status' },
    functions: [
      chat({
        name: 'summary',
        reuse: true,
        model: 'gpt-4o-mini',
        system: 'Summarize the following text:',
        user: '{{ text }}',
        responseTemplate: { $push: { answers: { by: '{{ function }}', text: '{{ response_content }}' } } },
      }),
    ],
  },
  batch: { batchSize: Number(process.env['NOTES_BATCH_SIZE'] ?? 100), maxRetries: 3 },
});

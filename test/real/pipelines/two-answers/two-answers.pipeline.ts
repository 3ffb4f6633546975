import { chat, definePipeline } from '@batchmill/pipeline';

const responseTemplate = { $push: { answers: { by: '{{ function }}', text: '{{ response_content }}' } } };

/** Two functions of different models: the answers of a document come in two batches, which two ingesters may work on. */
export default definePipeline({
  name: 'two-answers',
  parameters: { topics: 'string[]' },
  source: { collection: 'notes', queryTemplate: ({ topics }) => ({ topic: { $in: topics } }), parentIdField: 'book' },
  inference: {
    status: { field: 'ai_status' },
    functions: [
      chat({ name: 'summary', model: 'gpt-4o-mini', user: 'Summarize: {{ text }}', responseTemplate }),
      chat({ name: 'title', model: 'gpt-4o', user: 'Name: {{ text }}', responseTemplate }),
    ],
  },
  batch: { batchSize: Number(process.env['NOTES_BATCH_SIZE'] ?? 100), maxRetries: 3 },
});

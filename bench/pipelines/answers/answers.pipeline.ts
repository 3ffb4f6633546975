import { chat, definePipeline } from '@batchmill/pipeline';

/** The same documents, one chat for each. */
export default definePipeline({
  name: 'answers',
  source: { collection: 'chunks', queryTemplate: {}, parentIdField: 'book' },
  inference: {
    status: { field: 'answer_status' },
    functions: [
      chat({
        name: 'answer',
        model: 'gpt-4o-mini',
        user: '{{ text }}',
        maxTokens: 100,
        responseTemplate: { $set: { answer: '{{ response_content }}' } },
      }),
    ],
  },
});

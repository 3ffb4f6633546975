import { chat, definePipeline, prompt } from 'batchmill/pipeline';

/** Summarises every document of a collection in one sentence. */
export default definePipeline({
  name: 'letters',
  source: { collection: 'letters' },
  inference: {
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        user: prompt('summary.liquid'),
        maxTokens: 200,
        responseTemplate: { $set: { summary: '{{response_content}}', summarised_at: '{{current_date}}' } },
      }),
    ],
  },
});

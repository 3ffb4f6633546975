import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** One request per document: its summary. */
export default definePipeline({
  name: '__name__',
  source: { collection: '__collection__', documentIdField: '_id' },
  inference: {
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        system: prompt('system.md'),
        user: prompt('text.liquid'),
        responseTemplate: { $set: { summary: '{{response_content}}' } },
      }),
    ],
  },
});

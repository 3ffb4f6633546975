import { chat, definePipeline, prompt } from 'batchmill/pipeline';

/** Open tickets of customers: vectors to search them by, and a summary of each. */
export default definePipeline({
  name: 'tickets',
  source: {
    collection: 'tickets',
    queryTemplate: { status: 'open' },
    documentIdField: 'number',
    fieldMap: { customer: 'customer.name' },
  },
  defaultEndpoint: 'inference',
  embeddings: { model: 'text-embedding-3-small', dimensions: 1536, text: 'body', vectors: { collection: 'tickets' } },
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

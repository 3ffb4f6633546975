import { chat, definePipeline, prompt, responses } from '@batchmill/pipeline';

/** Classifies tickets and drafts replies: two functions on two endpoints of the provider, for one document. */
export default definePipeline({
  name: 'customer-service',
  description: 'Customer service: classified tickets and drafted replies',
  parameters: {
    tone: { type: 'string', default: 'friendly', description: 'Tone of the replies' },
  },
  source: {
    collection: 'tickets',
    queryTemplate: { state: 'open' },
    documentIdField: 'ticket_no',
    fieldMap: { customer: 'from.name', message: 'body' },
  },
  inference: {
    functions: [
      chat({
        name: 'classify',
        system: prompt('classify.md'),
        user: prompt('ticket.liquid'),
        maxTokens: 100,
        responseFormat: {
          type: 'object',
          properties: {
            category: { type: 'string', enum: ['delivery', 'billing', 'product', 'other'] },
            sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
            is_urgent: { type: 'boolean' },
          },
          required: ['category', 'sentiment', 'is_urgent'],
          additionalProperties: false,
        },
        responseTemplate: { $set: { classification: '{{response_content}}' } },
      }),
      responses({
        name: 'reply',
        temperature: 0.7,
        system: prompt('reply.md'),
        user: prompt('ticket.liquid'),
        responseTemplate: {
          $set: { draft: { text: '{{response_content}}', model: '{{model}}', created_date: '{{current_date}}' } },
        },
      }),
    ],
  },
});

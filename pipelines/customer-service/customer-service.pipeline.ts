import { chat, definePipeline, prompt, responses } from '@batchmill/pipeline';

/** Tickets are sorted by what they are about, and a reply is drafted: two functions, two endpoints, one document. */
export default definePipeline({
  name: 'customer-service',
  description: 'Customer service: tickets classified, replies drafted',
  parameters: {
    tone: { type: 'string', default: 'friendly', description: 'How replies should sound' },
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

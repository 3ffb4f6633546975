import { chat, definePipeline, prompt } from '@batchmill/pipeline';
import { readPoints } from './read-points.ts';

/** A processor in TypeScript reshapes each answer before it is written. */
export default definePipeline({
  name: 'custom-processor',
  description: 'Answers reshaped by a processor in TypeScript',
  source: { collection: 'product_reviews' },
  inference: {
    functions: [
      chat({
        name: 'points',
        system: prompt('system.md'),
        user: prompt('user.liquid'),
        process: readPoints,
        responseContentField: 'points',
        responseTemplate: {
          $set: {
            analysis: {
              points: '{{response_content}}',
              is_positive: '{{is_positive}}',
              words: '{{words}}',
              created_date: '{{current_date}}',
            },
          },
        },
      }),
    ],
  },
});

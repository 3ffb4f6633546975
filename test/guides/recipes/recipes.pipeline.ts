import { chat, definePipeline } from '@batchmill/pipeline';

export default definePipeline({
  name: 'recipes',
  source: {
    collection: 'recipes',
    fieldMap: { dish_name: 'dish.name', serves: 'dish.serves' },
  },
  inference: {
    functions: [
      chat({
        name: 'shopping_list',
        model: 'gpt-4o-mini',
        system: 'You write shopping lists. Answer with one ingredient per line.',
        user: 'What is needed to cook {{ dish_name }} for {{ serves | default: "two" }}?\n\n{{ steps | join: " " }}',
        responseTemplate: { $set: { shopping_list: '{{response_content}}', listed_at: '{{current_date}}' } },
      }),
    ],
  },
});

import { chat, definePipeline, prompt } from '@batchmill/pipeline';

const text = { type: 'string', minLength: 1, maxLength: 200 };

/** A schema of the form that the provider requires: all properties required, and no others allowed. */
function object(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** Two requests per document of a story group: its topics, and the entities that it names. */
export default definePipeline({
  name: 'story-groups',
  description: 'Topics and entities of story groups, for the entity-linker.',
  source: { collection: 'story_groups', documentIdField: 'story_group_id' },
  inference: {
    functions: [
      chat({
        name: 'topics',
        model: 'gpt-4o-mini',
        system: prompt('topics.md'),
        user: prompt('stories.liquid'),
        responseFormat: object({
          topics: {
            type: 'array',
            items: object({ name: text, relevance: { type: 'number', minimum: 0, maximum: 1 } }),
          },
        }),
        responseTemplate: { $set: { 'answered_at.topics': '{{current_date}}' } },
      }),
      chat({
        name: 'entities',
        model: 'gpt-4o-mini',
        system: prompt('entities.md'),
        user: prompt('stories.liquid'),
        responseFormat: object({
          entities: {
            type: 'array',
            items: object({ name: text, type: { enum: ['organization', 'person', 'place', 'other'] } }),
          },
        }),
        responseTemplate: { $set: { 'answered_at.entities': '{{current_date}}' } },
      }),
    ],
  },
});

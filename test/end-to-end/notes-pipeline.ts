import { chat, definePipeline } from '@batchmill/pipeline';

/** Short notes, embedded and summarised; `qa` makes one request per question. Small vectors keep the tests quick. */
export const notes = definePipeline({
  name: 'notes',
  parameters: {
    topics: { type: 'string[]', default: [] },
    questions: { type: 'string[]', default: ['What is it about?', 'Who is named?'] },
  },
  source: {
    collection: 'notes',
    queryTemplate: ({ topics }) => (Array.isArray(topics) && topics.length > 0 ? { topic: { $in: topics } } : {}),
    chunkIdField: '_id',
    parentIdField: 'note',
  },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 8,
    text: 'text',
    tooLong: 'fail',
    status: { field: 'embedding_status' },
    vectors: { collection: 'notes' },
  },
  inference: {
    status: { field: 'ai_status' },
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        system: 'Summarize the following text:',
        user: '{{ text }}',
        responseTemplate: { $push: { answers: { by: '{{ function }}', text: '{{ response_content }}' } } },
      }),
      chat({
        name: 'qa',
        model: 'gpt-4o-mini',
        forEach: 'questions',
        system: 'Answer the following question based on the text: {{ question }}',
        user: '{{ text }}',
        responseTemplate: { $push: { answers: { by: '{{ function }}', text: '{{ response_content }}' } } },
      }),
    ],
  },
  batch: { batchSize: 10 },
});

export interface Note extends Record<string, unknown> {
  readonly _id: string;
  readonly note: string;
  readonly topic: string;
  readonly text: string;
}

/** Notes whose texts all differ. */
export function manyNotes(count: number): Note[] {
  return Array.from({ length: count }, (_, index) => ({
    _id: `n${String(index).padStart(5, '0')}`,
    note: `book${index % 7}`,
    topic: ['rivers', 'bridges', 'mills'][index % 3] ?? 'rivers',
    text: `Note ${index} tells of mill number ${index} at the river. Its wheel turns ${index * 3} times an hour.`,
  }));
}

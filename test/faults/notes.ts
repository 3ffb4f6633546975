import { chat, definePipeline } from '@batchmill/pipeline';

export const noteCount = 10;

/** Three batches of vectors; three batches of answers, each with a text and an object for every note. */
export const notes = definePipeline({
  name: 'notes',
  source: { collection: 'notes', chunkIdField: '_id', parentIdField: 'book' },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 8,
    text: 'text',
    tooLong: 'fail',
    vectors: { collection: 'notes' },
  },
  inference: {
    functions: [
      chat({
        name: 'summary',
        reuse: true,
        model: 'gpt-4o-mini',
        system: 'Summarize the following text:',
        user: '{{ text }}',
        responseTemplate: { $push: { summaries: '{{ response_content }}' } },
      }),
      chat({
        name: 'facts',
        model: 'gpt-4o-mini',
        system: 'Extract a fact from the following text:',
        user: '{{ text }}',
        responseFormat: {
          type: 'object',
          properties: { fact: { type: 'string' } },
          required: ['fact'],
          additionalProperties: false,
        },
        responseTemplate: { $push: { facts: '{{ response_content }}' } },
      }),
    ],
  },
  batch: { batchSize: 4, pollIntervalSeconds: 10, maxRetries: 2 },
});

export interface Note extends Record<string, unknown> {
  readonly _id: string;
  readonly book: string;
  readonly text: string;
}

/** Notes with another's text: one of the same batch, and one of an earlier batch. */
const repeated: Readonly<Record<number, number>> = { 2: 1, 9: 0 };

/** Notes of two sentences each. */
export const allNotes: readonly Note[] = Array.from({ length: noteCount }, (_, index) => {
  const mill = repeated[index] ?? index;
  return {
    _id: `n${index}`,
    book: `book${index % 3}`,
    text: `Note ${mill} tells of mill number ${mill} at the river. Its wheel turns ${mill * 3} times an hour.`,
  };
});

/** The functions of each endpoint. */
export const functionsOf = { embeddings: ['embeddings'], inference: ['summary', 'facts'] } as const;

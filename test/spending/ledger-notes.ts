import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { usdOf } from '@batchmill/models';

/** Each run takes the notes of the book of its name. */
export const books = ['a', 'b', 'c'] as const;
export type Book = (typeof books)[number];

export const notesPerBook = 8;

/**
 * About the most that a document may cost: 100 tokens of gpt-4.1-nano at half of $0.40 per million, and its prompt. An answer has at
 * most a third of them, so that one at another tier, at twice the price, is covered as well.
 */
export const worstOfDocument = 23_000;

export const notesOfBooks = books.flatMap((book, volume) =>
  Array.from({ length: notesPerBook }, (_, index) => {
    const number = volume * notesPerBook + index;
    return {
      _id: `${book}${index}`,
      book,
      text: `Note ${number} tells of mill number ${number} at the river. Its wheel turns ${number * 3} times an hour.`,
    };
  }),
);

/** `maxPerDay`: in nano-dollars; null: it has no limit. */
export function pipelineNamed(name: string, maxPerDay: number | null): PipelineDefinition {
  return definePipeline({
    name,
    parameters: { books: { type: 'string[]', default: [...books] } },
    source: {
      collection: 'notes',
      parentIdField: 'book',
      queryTemplate: ({ books: wanted }) => ({ book: { $in: wanted } }),
    },
    inference: {
      functions: [chat({ name: 'summary', model: 'gpt-4.1-nano', maxTokens: 100, user: 'Summarize: {{ text }}' })],
    },
    batch: { batchSize: 3, pollIntervalSeconds: 10, maxRetries: 2 },
    ...(maxPerDay === null ? {} : { spending: { maxUsdPerDay: usdOf(maxPerDay) } }),
  });
}

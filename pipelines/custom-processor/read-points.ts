import type { ChatBody, SourceDocument } from '@batchmill/pipeline';

const enoughStars = 4;

/** The lines of an answer as a list; beside it what the document says itself. */
export function readPoints({ choices }: ChatBody, document: SourceDocument): object {
  const text = choices[0]?.message.content ?? '';
  const points = text
    .split(/\n|(?<=[.!?]) /)
    .map((line) => line.replace(/^[-*•\d.)\s]+/, '').trim())
    .filter((line) => line !== '');
  const { stars } = document;
  if (typeof stars !== 'number') throw new TypeError('stars: expected a number');
  return { points, is_positive: stars >= enoughStars, words: text.split(/\s+/).filter(Boolean).length };
}

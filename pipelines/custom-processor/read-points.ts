import type { ChatBody, SourceDocument } from '@batchmill/pipeline';

const positiveStars = 4;

/** The lines of an answer as a list, with values from the document. */
export function readPoints({ choices }: ChatBody, document: SourceDocument): object {
  const text = choices[0]?.message.content ?? '';
  const points = text
    .split(/\n|(?<=[.!?]) /)
    .map((line) => line.replace(/^[-*•\d.)\s]+/, '').trim())
    .filter((line) => line !== '');
  const { stars } = document;
  if (typeof stars !== 'number') throw new TypeError('stars: expected a number');
  return { points, is_positive: stars >= positiveStars, words: text.split(/\s+/).filter(Boolean).length };
}

import { encodeId } from '@batchmill/documents';
import type { StoryPart } from './story-parts.js';

/** The parts that are known and those that are said, the latest of each document, in an order of the documents alone. */
export function partsWith<P extends StoryPart>(known: readonly P[], said: readonly P[]): P[] {
  const latest = new Map<string, P>();
  for (const part of [...known, ...said]) {
    const key = encodeId(part.document_id);
    const before = latest.get(key);
    latest.set(key, before === undefined ? part : later(before, part));
  }
  return [...latest].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, part]) => part);
}

/** The second of two of the same batch: entities that were added meanwhile are found by a replay. */
export function later<P extends StoryPart>(one: P, other: P): P {
  const difference = other.answered_at.getTime() - one.answered_at.getTime();
  return difference > 0 || (difference === 0 && other.batch_id >= one.batch_id) ? other : one;
}

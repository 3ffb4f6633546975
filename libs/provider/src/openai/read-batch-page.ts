import type OpenAI from 'openai';
import { connectionError } from './errors-of-calls.js';

export interface BatchPage {
  readonly batches: readonly OpenAI.Batch[];
  /** What the next page comes after; null: this is the last one. */
  readonly next: string | null;
}

/**
 * One page of the list, that was asked for after this id. It is the last one only when it is empty or says so: a batch
 * that is overlooked is paid twice. Throws a ConnectionError when it is no list, or does not go on.
 */
export function readBatchPage(call: string, answer: unknown, after: string | null): BatchPage {
  const { data, has_more: hasMore } = (answer ?? {}) as Partial<OpenAI.BatchesPage>; // whatever it is, it may have fields
  if (!Array.isArray(data)) throw connectionError('provider.odd-answer', `${call}: the answer is not a list`);
  const last = data.at(-1);
  if (last === undefined || hasMore === false) return { batches: data, next: null };
  if (last.id !== after) return { batches: data, next: last.id };
  if (hasMore === true) {
    throw connectionError('provider.odd-answer', `${call}: the list does not go on after ${last.id}`);
  }
  return { batches: [], next: null }; // it knows no pages: this is the same one again
}

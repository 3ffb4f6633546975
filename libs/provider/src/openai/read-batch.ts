import type OpenAI from 'openai';
import { providerStates, type ProviderState } from '../batches/provider-states.js';
import type { ProviderProfile } from '../profiles/provider-profile.js';
import type { BatchUsage, ProviderBatch } from '../provider.js';
import { connectionError } from './call-error.js';
import { readId } from './read-id.js';
import { readTime } from './read-time.js';

/** Words that are seen at more than one server, as `wordOf` writes them. A profile has those of one. */
const otherWords: ReadonlyMap<string, ProviderState> = new Map(
  Object.entries({
    queued: 'validating',
    pending: 'validating',
    inprogress: 'in_progress',
    running: 'in_progress',
    complete: 'completed',
    succeeded: 'completed',
    success: 'completed',
    canceled: 'cancelled',
    canceling: 'cancelling',
    cancellation_requested: 'cancelling',
    timeout_exceeded: 'expired',
  } as const),
);

/**
 * Reads a batch from a response. Compatible servers may write states in their own way, times as text and an empty text in
 * place of null, and may leave fields out. `now` stands for the time of creation where it cannot be read. Throws a
 * ConnectionError when the response is not a batch: then something other than the provider answered. `states` are the words of
 * this provider.
 */
export function readBatch(
  call: string,
  response: unknown,
  now: Date,
  states: ProviderProfile['states'] = {},
): ProviderBatch {
  const batch = (response ?? {}) as Partial<OpenAI.Batch>; // it may be anything
  const id = readId(batch.id);
  if (id === null) throw connectionError('provider.unexpected-response', `${call}: the response is not a batch`);
  const state = readState(batch.status, states);
  return {
    id,
    state: state ?? 'in_progress',
    unknownState: state === null ? shownWord(batch.status) : null,
    endpoint: batch.endpoint ?? '',
    model: readId(batch.model),
    inputFileId: readId(batch.input_file_id),
    outputFileId: readId(batch.output_file_id),
    errorFileId: readId(batch.error_file_id),
    createdAt: readTime(batch.created_at) ?? now,
    expiresAt: readTime(batch.expires_at),
    inProgressAt: readTime(batch.in_progress_at),
    endedAt: endOf(batch, state),
    counts: {
      total: readCount(batch.request_counts?.total),
      completed: readCount(batch.request_counts?.completed),
      failed: readCount(batch.request_counts?.failed),
    },
    usage: readUsage(batch.usage),
    errors: readErrors(batch.errors),
    metadata: batch.metadata ?? {},
  };
}

function endOf(batch: Partial<OpenAI.Batch>, state: ProviderState | null): Date | null {
  switch (state) {
    case 'completed':
      return readTime(batch.completed_at);
    case 'failed':
      return readTime(batch.failed_at);
    case 'expired':
      return readTime(batch.expired_at);
    case 'cancelled':
      return readTime(batch.cancelled_at);
    case 'validating':
    case 'in_progress':
    case 'finalizing':
    case 'cancelling':
    case null:
      return null;
  }
}

/**
 * Null for a state that we do not know. It counts as work in progress: such a batch is polled until it is overdue. In a list,
 * which also contains batches of others, it does no harm.
 */
function readState(status: unknown, states: ProviderProfile['states']): ProviderState | null {
  const word = wordOf(status);
  return providerStates.find((state) => state === word) ?? states[word] ?? otherWords.get(word) ?? null;
}

/** The provider's own word, shortened. */
function shownWord(status: unknown): string {
  const word = typeof status === 'string' ? status.trim() : '';
  return word === '' ? 'no state' : word.slice(0, 64);
}

/** `In Progress` is `in_progress`. */
function wordOf(status: unknown): string {
  return typeof status === 'string'
    ? status
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_')
    : '';
}

function readCount(value: unknown): number {
  const count = Number(value ?? 0);
  return Number.isFinite(count) && count > 0 ? count : 0;
}

/** Null where the response has none. A server that writes no details has none of them. */
function readUsage(usage: unknown): BatchUsage | null {
  if (typeof usage !== 'object' || usage === null || !('input_tokens' in usage)) return null;
  const { input_tokens, input_tokens_details, output_tokens, output_tokens_details } =
    usage as Partial<OpenAI.BatchUsage>; // it may be anything
  return {
    inputTokens: readCount(input_tokens),
    cachedTokens: readCount(input_tokens_details?.cached_tokens),
    outputTokens: readCount(output_tokens),
    reasoningTokens: readCount(output_tokens_details?.reasoning_tokens),
  };
}

/** OpenAI writes `{data: [{code, message, line}]}`. Compatible servers also write the list alone, or one text. */
function readErrors(errors: unknown): ProviderBatch['errors'] {
  const data: unknown =
    Array.isArray(errors) || typeof errors === 'string' ? errors : (errors as OpenAI.Batch['errors'])?.data;
  const listed: readonly unknown[] = Array.isArray(data) ? data : [data];
  return listed.flatMap((error) => {
    if (typeof error === 'string') return error.trim() === '' ? [] : [{ code: 'unknown', message: error, line: null }];
    if (typeof error !== 'object' || error === null) return [];
    const { code, message, line } = error as { code?: unknown; message?: unknown; line?: unknown };
    return [
      {
        code: typeof code === 'string' && code !== '' ? code : 'unknown',
        message: typeof message === 'string' ? message : '',
        line: typeof line === 'number' && line > 0 ? line : null,
      },
    ];
  });
}

export interface BatchPage {
  readonly batches: readonly OpenAI.Batch[];
  /** The id after which the next page begins, or its cursor; null for the last page. */
  readonly nextAfter: string | null;
}

/**
 * Reads the page of the list of batches that begins after this id. Only an empty page, or one that says so, is the last one: a
 * batch that is missed would be paid twice. Throws a ConnectionError when the response is not a list, or when the server
 * returns the same page again.
 */
export function readBatchPage(
  call: string,
  answer: unknown,
  after: string | null,
  paging: ProviderProfile['batchPaging'] = 'after',
): BatchPage {
  const { data, has_more: hasMore } = (answer ?? {}) as Partial<OpenAI.BatchesPage>; // it may be anything
  if (!Array.isArray(data))
    throw connectionError('provider.unexpected-response', `${call}: the response is not a list`);
  if (paging === 'cursor') return { batches: data, nextAfter: nextCursorIn(call, answer, after) };
  const last = data.at(-1);
  if (last === undefined || hasMore === false) return { batches: data, nextAfter: null };
  if (last.id !== after) return { batches: data, nextAfter: last.id };
  if (hasMore === true) {
    throw connectionError(
      'provider.unexpected-response',
      `${call}: the list has more pages, but the page after ${last.id} is the same one again`,
    );
  }
  return { batches: [], nextAfter: null }; // a server without pages returns the same list again
}

/** Null for the last page. Throws a ConnectionError when the server returns the cursor that it was given. */
function nextCursorIn(call: string, answer: unknown, cursor: string | null): string | null {
  const { paging } = answer as { paging?: { next_cursor?: unknown } | null }; // a list, and else it may be anything
  const next = paging?.next_cursor;
  if (typeof next !== 'string' || next === '') return null;
  if (next !== cursor) return next;
  throw connectionError(
    'provider.unexpected-response',
    `${call}: the list has more pages, but the page after the cursor ${next} names the same one again`,
  );
}

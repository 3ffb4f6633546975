import type OpenAI from 'openai';
import { providerStates, type ProviderBatch, type ProviderState } from '../provider.js';
import { connectionError } from './call-error.js';

/** Spellings of compatible servers. */
const otherSpellings: Readonly<Record<string, ProviderState>> = { canceled: 'cancelled', canceling: 'cancelling' };

/**
 * Reads a batch from a response. Compatible servers may write states in upper case and leave fields out. Throws a
 * ConnectionError when the response is not a batch: then something other than the provider answered.
 */
export function readBatch(call: string, batch: OpenAI.Batch): ProviderBatch {
  if (typeof (batch as Partial<OpenAI.Batch> | null | undefined)?.id !== 'string') {
    throw connectionError('provider.unexpected-response', `${call}: the response is not a batch`);
  }
  const state = readState(batch.status);
  return {
    id: batch.id,
    state,
    endpoint: batch.endpoint,
    inputFileId: batch.input_file_id,
    outputFileId: batch.output_file_id ?? null,
    errorFileId: batch.error_file_id ?? null,
    createdAt: new Date(batch.created_at * 1000),
    expiresAt: timeOf(batch.expires_at),
    endedAt: endOf(batch, state),
    counts: {
      total: batch.request_counts?.total ?? 0,
      completed: batch.request_counts?.completed ?? 0,
      failed: batch.request_counts?.failed ?? 0,
    },
    errors: (batch.errors?.data ?? []).map(({ code, message, line }) => ({
      code: code ?? 'unknown',
      message: message ?? '',
      line: line ?? null,
    })),
    metadata: batch.metadata ?? {},
  };
}

function endOf(batch: OpenAI.Batch, state: ProviderState): Date | null {
  switch (state) {
    case 'completed':
      return timeOf(batch.completed_at);
    case 'failed':
      return timeOf(batch.failed_at);
    case 'expired':
      return timeOf(batch.expired_at);
    case 'cancelled':
      return timeOf(batch.cancelled_at);
    case 'validating':
    case 'in_progress':
    case 'finalizing':
    case 'cancelling':
      return null;
  }
}

/** The SDK's types leave out the nulls of the API. */
function timeOf(seconds: number | null | undefined): Date | null {
  return seconds == null ? null : new Date(seconds * 1000);
}

/**
 * An unknown state counts as work in progress: such a batch is polled until it is overdue. In a list, which also contains
 * batches of others, it does no harm.
 */
function readState(status: unknown): ProviderState {
  const lower = typeof status === 'string' ? status.toLowerCase() : '';
  return providerStates.find((state) => state === lower) ?? otherSpellings[lower] ?? 'in_progress';
}

export interface BatchPage {
  readonly batches: readonly OpenAI.Batch[];
  /** The id after which the next page begins; null for the last page. */
  readonly nextAfter: string | null;
}

/**
 * Reads the page of the list of batches that begins after this id. Only an empty page, or one that says so, is the last one: a
 * batch that is missed would be paid twice. Throws a ConnectionError when the response is not a list, or when the server
 * returns the same page again.
 */
export function readBatchPage(call: string, answer: unknown, after: string | null): BatchPage {
  const { data, has_more: hasMore } = (answer ?? {}) as Partial<OpenAI.BatchesPage>; // it may be anything
  if (!Array.isArray(data))
    throw connectionError('provider.unexpected-response', `${call}: the response is not a list`);
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

import type OpenAI from 'openai';
import { readState } from '../dialects/openai/batches/read-state.js';
import type { ProviderBatch, ProviderState } from '../provider.js';
import { connectionError } from './errors-of-calls.js';

/**
 * A batch of the API in our words. Compatible servers write states in upper case and leave out what they do not have.
 * Throws a ConnectionError when it is not a batch at all: whatever answered, it was not the provider.
 */
export function readBatch(call: string, batch: OpenAI.Batch): ProviderBatch {
  if (typeof (batch as Partial<OpenAI.Batch> | null | undefined)?.id !== 'string') {
    throw connectionError('provider.odd-answer', `${call}: the answer is not a batch`);
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

/** The SDK's types know no null; the API does. */
function timeOf(seconds: number | null | undefined): Date | null {
  return seconds == null ? null : new Date(seconds * 1000);
}

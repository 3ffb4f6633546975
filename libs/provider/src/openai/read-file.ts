import type { FileState, StoredFile } from '../provider.js';
import { connectionError } from './call-error.js';
import { readId } from './read-id.js';
import { readTime } from './read-time.js';

/**
 * Words for a file of which no batch can be made yet. Azure writes `pending`:
 * https://github.com/openai/openai-dotnet/issues/312
 */
const pendingWords: readonly unknown[] = ['pending', 'processing', 'running', 'notrunning', 'queued', 'uploading'];
const errorWords: readonly unknown[] = ['error', 'failed', 'canceled', 'cancelled', 'deleting', 'deleted'];

/** Reads a file from a response. Throws a ConnectionError when the response is not a file: then something else answered. */
export function readFile(call: string, response: unknown): StoredFile {
  const file = (response ?? {}) as Readonly<Record<string, unknown>>; // it may be anything
  const id = readId(file['id']);
  if (id === null) throw connectionError('provider.unexpected-response', `${call}: the response is not a file`);
  const state = readFileState(file['status']);
  return {
    id,
    name: typeof file['filename'] === 'string' ? file['filename'] : '',
    bytes: typeof file['bytes'] === 'number' ? file['bytes'] : null,
    createdAt: readTime(file['created_at']),
    state,
    reason: state === 'error' ? (readReason(file['status_details']) ?? readReason(file['error'])) : null,
  };
}

/**
 * A file without a status, with `uploaded` (OpenAI deprecates the field) or with a word that we do not know counts as
 * processed: a batch may be created of it, and a provider that refuses does so without a bill.
 */
function readFileState(status: unknown): FileState {
  const word = typeof status === 'string' ? status.trim().toLowerCase() : status;
  if (pendingWords.includes(word)) return 'pending';
  return errorWords.includes(word) ? 'error' : 'processed';
}

/** A text, or an object that has one as its message. */
function readReason(details: unknown): string | null {
  const text: unknown =
    typeof details === 'object' && details !== null ? (details as { message?: unknown }).message : details;
  return typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, 500) : null;
}

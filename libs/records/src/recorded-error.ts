import { isBatchmillError } from '@batchmill/contracts';
import type { RecordedError } from './work-record.js';

/** What is kept of an error on a record: kind, code and message, never a stack and never contents. */
export function recordedError(error: unknown, at: Date): RecordedError {
  if (isBatchmillError(error)) return { kind: error.kind, code: error.code, message: error.message, at };
  if (error instanceof Error) return { kind: 'Error', code: 'unforeseen', message: error.message, at };
  return { kind: 'Error', code: 'unforeseen', message: String(error), at };
}

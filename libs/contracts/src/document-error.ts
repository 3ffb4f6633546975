import type { ErrorCode } from './error-codes.js';
import type { ErrorKind } from './error-kinds.js';

/** What went wrong with one document, as it is recorded on it. The message never carries contents. */
export interface DocumentError {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly message: string;
}

export function documentError(kind: ErrorKind, code: ErrorCode, message: string): DocumentError {
  return { kind, code, message };
}

/** Carries a document's error up to where the document's work is given up. */
export class DocumentFailure extends Error {
  readonly error: DocumentError;

  constructor(error: DocumentError, options?: { cause?: unknown }) {
    super(error.message, options);
    this.error = error;
  }
}

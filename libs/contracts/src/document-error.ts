import type { ErrorCode } from './error-codes.js';
import type { ErrorKind } from './error-kinds.js';

/** What went wrong with one document, as it is stored on the document. The message never contains its contents. */
export interface DocumentError {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly message: string;
}

export function documentError(kind: ErrorKind, code: ErrorCode, message: string): DocumentError {
  return { kind, code, message };
}

/** Thrown where work on one document fails. Its caller stores `error` on the document and continues with the others. */
export class DocumentFailure extends Error {
  readonly error: DocumentError;

  constructor(error: DocumentError, options?: { cause?: unknown }) {
    super(error.message, options);
    this.error = error;
  }
}

import type { ErrorCode } from './error-codes.js';

/**
 * Errors are instructions: the kind tells the host of a stage what to do with the work that threw it.
 * `code` is stable and comes from the catalogue of the library that throws; `message` says which id, what was found,
 * what was wanted and what to do; `cause` keeps what was caught.
 */
export type ErrorKind = 'ConnectionError' | 'ValidationError' | 'ProcessingError' | 'TimeoutError' | 'TemplateError';

abstract class KindOfError extends Error {
  abstract readonly kind: ErrorKind;
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  override get name(): string {
    return this.kind;
  }
}

/** A dependency is away. The work is given back and taken again later, for as long as it takes. */
export class ConnectionError extends KindOfError {
  readonly kind = 'ConnectionError';
}

/** One call took longer than it may. Treated as a dependency that is away. */
export class TimeoutError extends KindOfError {
  readonly kind = 'TimeoutError';
}

/** What came in cannot be used: a message, a setting, a definition. Trying again does not help. */
export class ValidationError extends KindOfError {
  readonly kind = 'ValidationError';
}

/** The work itself failed. A few tries, then the record is parked. */
export class ProcessingError extends KindOfError {
  readonly kind = 'ProcessingError';
}

/** A template cannot be parsed or rendered. */
export class TemplateError extends KindOfError {
  readonly kind = 'TemplateError';
}

export type BatchmillError = ConnectionError | TimeoutError | ValidationError | ProcessingError | TemplateError;

export function isBatchmillError(error: unknown): error is BatchmillError {
  return error instanceof KindOfError;
}

/** True when the dependency, not the work, is in trouble. */
export function isDependencyUnavailable(error: unknown): error is ConnectionError | TimeoutError {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}

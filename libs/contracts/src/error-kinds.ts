import type { ErrorCode } from './error-codes.js';

/**
 * The kind of an error decides what a stage does with the work that threw it. `code` is stable and comes from the
 * catalogue of the library that throws. `message` says which id, what was found, what was expected and what to do.
 * `cause` keeps the error that was caught.
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

/** A dependency is unavailable. The work is released and retried until the dependency answers. */
export class ConnectionError extends KindOfError {
  readonly kind = 'ConnectionError';
  /** How long the dependency asks to wait; 0 when it does not. */
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** One call took too long. Handled as a dependency that is unavailable. */
export class TimeoutError extends KindOfError {
  readonly kind = 'TimeoutError';
}

/** An input cannot be used: a message, a setting, a definition. A retry does not help. */
export class ValidationError extends KindOfError {
  readonly kind = 'ValidationError';
}

/** The work itself failed. It is retried a few times, then its record is parked. */
export class ProcessingError extends KindOfError {
  readonly kind = 'ProcessingError';
}

/** A template cannot be parsed or rendered. */
export class TemplateError extends KindOfError {
  readonly kind = 'TemplateError';
}

/** Any error that Batchmill throws on purpose. */
export type BatchmillError = ConnectionError | TimeoutError | ValidationError | ProcessingError | TemplateError;

/** True for errors with a kind and a code. */
export function isBatchmillError(error: unknown): error is BatchmillError {
  return error instanceof KindOfError;
}

/** True when a dependency failed, not the work itself. */
export function isDependencyUnavailable(error: unknown): error is ConnectionError | TimeoutError {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}

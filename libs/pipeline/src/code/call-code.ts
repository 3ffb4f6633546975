import { DocumentFailure, documentError } from '../document-error.js';
import type { PipelineErrorCode } from '../error-codes.js';

export interface Calling {
  /** Names the function in messages: `Function summary: its processor`. */
  readonly what: string;
  /** The code of the document's error when it throws. */
  readonly code: PipelineErrorCode;
  /** For what comes later: a call that does not return is not stopped. */
  readonly limitMs: number;
}

/**
 * Calls a function of the pipeline's author for one document. Throws a DocumentFailure of kind ProcessingError when it
 * throws, rejects, or does not resolve in time. Its message may quote the document: only the name of what it threw is told.
 */
export async function callCode(calling: Calling, call: () => unknown): Promise<unknown> {
  try {
    const returned = call();
    return isThenable(returned) ? await within(calling, returned) : returned;
  } catch (error) {
    if (error instanceof DocumentFailure) throw error;
    throw failure(calling.code, `${calling.what} threw ${nameOf(error)}`, error);
  }
}

async function within({ what, limitMs }: Calling, pending: PromiseLike<unknown>): Promise<unknown> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const told = `${what} did not resolve within ${limitMs / 1000} s`;
  const timer = setTimeout(() => reject(failure('code.too-slow', told)), limitMs);
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  );
}

function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return /^[A-Z]\w{0,63}$/.test(name) ? `a ${name}` : 'something';
}

function failure(code: PipelineErrorCode, message: string, cause?: unknown): DocumentFailure {
  return new DocumentFailure(documentError('ProcessingError', code, message), { cause });
}

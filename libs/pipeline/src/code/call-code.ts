import { DocumentFailure, documentError } from '@batchmill/contracts';
import type { PipelineErrorCode } from '../error-codes.js';
import { nameOfError } from './name-of-error.js';
import { plainCopy } from './plain-copy.js';
import { runFrom, type Origin } from './stray-errors.js';

export interface Calling {
  /** Names the function in messages: `Function summary: its processor`. */
  readonly what: string;
  /** The code of the document's error when it throws. */
  readonly code: PipelineErrorCode;
  /** For what comes later: a call that does not return is not stopped. */
  readonly limitMs: number;
}

/**
 * Calls a function of the pipeline's author for one document; resolves with a copy of what it gives. Throws a
 * DocumentFailure of kind ProcessingError when it throws, rejects, or does not resolve in time. Its message may quote the
 * document: only the name of what it threw is told.
 */
export async function callCode(calling: Calling, call: () => unknown): Promise<unknown> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const origin: Origin = { what: calling.what, fail: reject };
  // What is given may have code in it too, such as a getter: it is read here, and never again.
  const pending = runFrom(origin, async () => plainCopy(await call()));
  try {
    return await within(calling, pending, { ended, reject });
  } catch (error) {
    if (error instanceof DocumentFailure) throw error;
    throw failure(calling.code, `${calling.what} threw ${nameOfError(error)}`, error);
  } finally {
    origin.fail = null;
  }
}

async function within(
  { what, limitMs }: Calling,
  pending: Promise<unknown>,
  { ended, reject }: { ended: Promise<never>; reject: (error: unknown) => void },
): Promise<unknown> {
  const told = `${what} did not resolve within ${limitMs / 1000} s`;
  const timer = setTimeout(() => reject(failure('code.too-slow', told)), limitMs);
  try {
    return await Promise.race([pending, ended]);
  } finally {
    clearTimeout(timer);
  }
}

function failure(code: PipelineErrorCode, message: string, cause?: unknown): DocumentFailure {
  return new DocumentFailure(documentError('ProcessingError', code, message), { cause });
}

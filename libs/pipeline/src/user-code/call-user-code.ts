import { DocumentFailure, documentError } from '@batchmill/contracts';
import type { PipelineErrorCode } from '../error-codes.js';
import { plainCopy } from './plain-copy.js';
import { catchUnhandledErrors, nameOfError, type UserCall } from './unhandled-errors.js';

export interface UserCodeOptions {
  /** Names the code in messages: `Function summary: its processor`. */
  readonly what: string;
  /** The code of the document's error when the code throws. */
  readonly code: PipelineErrorCode;
  /** The time within which it must resolve. Synchronous code that does not return cannot be stopped. */
  readonly timeoutMs: number;
}

/**
 * Calls code of the pipeline's author for one document and resolves with a copy of its result. Rejects with a DocumentFailure of
 * kind ProcessingError when the code throws, rejects, or does not resolve in time. The message contains only the name of the
 * thrown error, since its text may quote the document.
 */
export async function callUserCode(options: UserCodeOptions, run: () => unknown): Promise<unknown> {
  const { promise: unhandled, reject } = Promise.withResolvers<never>();
  const call: UserCall = { what: options.what, fail: reject };
  // Copied within the call, because the result may contain code too, such as a getter.
  const result = catchUnhandledErrors(call, async () => plainCopy(await run()));
  try {
    return await withTimeout(options, result, { unhandled, reject });
  } catch (error) {
    if (error instanceof DocumentFailure) throw error;
    throw failure(options.code, `${options.what} threw ${nameOfError(error)}`, error);
  } finally {
    call.fail = null;
  }
}

async function withTimeout(
  { what, timeoutMs }: UserCodeOptions,
  result: Promise<unknown>,
  { unhandled, reject }: { unhandled: Promise<never>; reject: (error: unknown) => void },
): Promise<unknown> {
  const message = `${what} did not resolve within ${timeoutMs / 1000} s`;
  const timer = setTimeout(() => reject(failure('code.too-slow', message)), timeoutMs);
  try {
    return await Promise.race([result, unhandled]);
  } finally {
    clearTimeout(timer);
  }
}

function failure(code: PipelineErrorCode, message: string, cause?: unknown): DocumentFailure {
  return new DocumentFailure(documentError('ProcessingError', code, message), { cause });
}

import { readPath } from '@batchmill/documents';
import { refusalOf } from '../batches/refusal-of.js';
import { permanentFailure, retryableFailure, type Classified } from '../../../results/classified.js';
import type { ResultLine } from '../../../results/result-line.js';
import { usageOf } from './usage-of.js';

const notExecutedCodes = ['batch_expired', 'batch_cancelled'];

/**
 * What a result without an answer means; null when it has an answer. Messages contain codes only, since the provider's own
 * messages may quote the request.
 */
export function classifyFailure({ statusCode, body, error }: ResultLine): Classified | null {
  if (error !== null && notExecutedCodes.includes(error.code)) {
    return retryableFailure('provider.not-executed', `The provider did not execute the request (${error.code})`, {
      countsAttempt: false,
    });
  }
  if (statusCode === null) {
    const found =
      error === null ? 'neither a response nor an error' : `an error without a response (${codeIn(error.code)})`;
    return retryableFailure('provider.unanswered-request', `The provider sent ${found}`, { kind: kindOf(error?.code) });
  }
  if (statusCode >= 200 && statusCode < 300) return null;
  const usage = usageOf(body);
  const code = codeIn(readPath(body, 'error.code') ?? readPath(body, 'error.type') ?? error?.code);
  const field = fieldIn(readPath(body, 'error.param'));
  const message = `The provider answered ${statusCode} (${field === null ? code : `${code}: ${field}`})`;
  const said = readPath(body, 'error.message');
  const refusal = refusalOf({ status: statusCode, code, message: typeof said === 'string' ? said : '' });
  if (refusal.about === 'account' || refusal.about === 'queue') {
    return retryableFailure('provider.account-refused', message, { usage, countsAttempt: false });
  }
  return isTransient(statusCode)
    ? retryableFailure('provider.unanswered-request', message, {
        usage,
        kind: statusCode === 408 || statusCode === 504 ? 'TimeoutError' : 'ConnectionError',
      })
    : permanentFailure('provider.refused-request', message, { usage, kind: 'ValidationError' });
}

/** True unless the status says that the request itself is wrong. */
function isTransient(statusCode: number): boolean {
  return statusCode < 400 || statusCode >= 500 || [408, 409, 425, 429].includes(statusCode);
}

function kindOf(code: string | undefined): 'TimeoutError' | 'ConnectionError' {
  return code !== undefined && /time-?_?out/i.test(code) ? 'TimeoutError' : 'ConnectionError';
}

/** The field that is refused, when it has the shape of a path in a body: `messages[0].content`. */
function fieldIn(param: unknown): string | null {
  return typeof param === 'string' && /^[\w.[\]-]{1,64}$/.test(param) ? param : null;
}

/** The code when it has the shape of one, else `no code`: other texts could be contents. */
function codeIn(code: unknown): string {
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : 'no code';
}

import { readPath } from '@batchmill/documents';
import { fail, retry, type Classified } from '../../../results/classified.js';
import type { ResultLine } from '../../../results/result-line.js';
import { usageOf } from './usage-of.js';

const notCarriedOut = ['batch_expired', 'batch_cancelled'];

/** Null when the line carries an answer. Messages tell codes only: the provider's own may quote the request. */
export function classifyTrouble({ statusCode, body, error }: ResultLine): Classified | null {
  if (error !== null && notCarriedOut.includes(error.code)) {
    return retry('provider.not-carried-out', `Not carried out by the provider (${error.code})`, {
      countsAttempt: false,
    });
  }
  if (statusCode === null) {
    const told = error === null ? 'no response and no error' : `no response, error ${codeIn(error.code)}`;
    return retry('provider.unavailable', `The provider sent ${told}`, { kind: kindOf(error?.code) });
  }
  if (statusCode >= 200 && statusCode < 300) return null;
  const usage = usageOf(body);
  const code = codeIn(readPath(body, 'error.code') ?? readPath(body, 'error.type') ?? error?.code);
  const message = `The provider answered ${statusCode} (${code})`;
  return isPassing(statusCode)
    ? retry('provider.unavailable', message, {
        usage,
        kind: statusCode === 408 || statusCode === 504 ? 'TimeoutError' : 'ConnectionError',
      })
    : fail('provider.refused-request', message, { usage, kind: 'ValidationError' });
}

/** What may be different the next time: anything but the provider's word that the request is wrong. */
function isPassing(statusCode: number): boolean {
  return statusCode < 400 || statusCode >= 500 || [408, 409, 425, 429].includes(statusCode);
}

function kindOf(code: string | undefined): 'TimeoutError' | 'ConnectionError' {
  return code !== undefined && /time-?_?out/i.test(code) ? 'TimeoutError' : 'ConnectionError';
}

/** A code as providers write them, or that there was none: anything else could be contents. */
function codeIn(code: unknown): string {
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : 'no code';
}

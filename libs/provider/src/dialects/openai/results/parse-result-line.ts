import { isPlainObject, readPath } from '@batchmill/documents';
import type { ResultLine } from '../../../results/result-line.js';

/** Parses a line of a result file. Null when it is not JSON or has no `custom_id`. */
export function parseResultLine(line: Uint8Array | string): ResultLine | null {
  const parsed = parse(typeof line === 'string' ? line : textOf(line));
  if (!isPlainObject(parsed) || typeof parsed['custom_id'] !== 'string') return null;
  const response = parsed['response'];
  const statusCode = readPath(response, 'status_code');
  return {
    customId: parsed['custom_id'],
    statusCode: typeof statusCode === 'number' ? statusCode : null,
    body: readPath(response, 'body'),
    error: errorOf(parsed['error']),
  };
}

function errorOf(error: unknown): ResultLine['error'] {
  if (!isPlainObject(error)) return null;
  return { code: typeof error['code'] === 'string' ? error['code'] : '' };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

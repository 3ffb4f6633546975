import { isPlainObject, readPath } from '@batchmill/documents';
import type { ResultLine } from '../../../results/result-line.js';

/** Null when the line is no JSON, or none that names a request. */
export function parseResultLine(line: Uint8Array | string): ResultLine | null {
  const read = parse(typeof line === 'string' ? line : textOf(line));
  if (!isPlainObject(read) || typeof read['custom_id'] !== 'string') return null;
  const response = read['response'];
  const statusCode = readPath(response, 'status_code');
  return {
    customId: read['custom_id'],
    statusCode: typeof statusCode === 'number' ? statusCode : null,
    body: readPath(response, 'body'),
    error: errorOf(read['error']),
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

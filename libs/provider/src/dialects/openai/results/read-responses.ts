import { readPath } from '@batchmill/documents';
import type { Said } from '../../../results/said.js';

const passing = ['server_error', 'rate_limit_exceeded', 'vector_store_timeout'];

/** https://platform.openai.com/docs/api-reference/responses/object */
export function readResponses(body: object): Said {
  const parts = listAt(body, 'output')
    .filter((item) => readPath(item, 'type') === 'message')
    .flatMap((item) => listAt(item, 'content'));
  if (parts.some((part) => readPath(part, 'type') === 'refusal')) return { text: null, ended: 'refused' };
  const texts = parts.filter((part) => readPath(part, 'type') === 'output_text').map((part) => readPath(part, 'text'));
  const text = texts.length === 0 ? null : texts.filter((one) => typeof one === 'string').join('');
  return { text, ended: endOf(body) };
}

function endOf(body: object): Said['ended'] {
  switch (readPath(body, 'status')) {
    case 'incomplete':
      return readPath(body, 'incomplete_details.reason') === 'content_filter' ? 'filtered' : 'cut-off';
    case 'failed':
      return passing.includes(String(readPath(body, 'error.code'))) ? 'not-carried-out' : 'failed';
    case 'cancelled':
    case 'in_progress':
    case 'queued':
      return 'not-carried-out';
    default:
      return 'whole';
  }
}

function listAt(from: unknown, path: string): readonly unknown[] {
  const value = readPath(from, path);
  return Array.isArray(value) ? value : [];
}

import { readPath } from '@batchmill/documents';
import type { RequestUrl } from '../../../requests/rendered-request.js';
import type { TextOutput } from '../../../results/text-output.js';

/** The text in the body of a response to a prompt. */
export function readText(url: RequestUrl, body: object): TextOutput {
  return url === '/v1/responses' ? readResponse(body) : readChatCompletion(body);
}

/** https://platform.openai.com/docs/api-reference/chat/object */
function readChatCompletion(body: object): TextOutput {
  const choice = readPath(body, 'choices.0');
  const refusal = readPath(choice, 'message.refusal');
  const content = readPath(choice, 'message.content');
  const text = typeof content === 'string' ? content : null;
  if (typeof refusal === 'string' && refusal !== '') return { text: null, finish: 'refused' };
  switch (readPath(choice, 'finish_reason')) {
    case 'content_filter':
      return { text, finish: 'filtered' };
    case 'length':
      return { text, finish: 'cut-off' };
    default:
      return { text, finish: 'complete' };
  }
}

/** https://platform.openai.com/docs/api-reference/responses/object */
function readResponse(body: object): TextOutput {
  const parts = listAt(body, 'output')
    .filter((item) => readPath(item, 'type') === 'message')
    .flatMap((item) => listAt(item, 'content'));
  if (parts.some((part) => readPath(part, 'type') === 'refusal')) return { text: null, finish: 'refused' };
  const texts = parts.filter((part) => readPath(part, 'type') === 'output_text').map((part) => readPath(part, 'text'));
  const text = texts.length === 0 ? null : texts.filter((part) => typeof part === 'string').join('');
  return { text, finish: finishOf(body) };
}

const transientCodes = ['server_error', 'rate_limit_exceeded', 'vector_store_timeout'];

function finishOf(body: object): TextOutput['finish'] {
  switch (readPath(body, 'status')) {
    case 'incomplete':
      return readPath(body, 'incomplete_details.reason') === 'content_filter' ? 'filtered' : 'cut-off';
    case 'failed':
      return transientCodes.includes(String(readPath(body, 'error.code'))) ? 'unfinished' : 'failed';
    case 'cancelled':
    case 'in_progress':
    case 'queued':
      return 'unfinished';
    default:
      return 'complete';
  }
}

function listAt(object: unknown, path: string): readonly unknown[] {
  const value = readPath(object, path);
  return Array.isArray(value) ? value : [];
}

import { isPlainObject, readPath } from '@batchmill/documents';
import type { RequestUrl } from '../../../requests/rendered-request.js';
import type { TextOutput } from '../../../results/text-output.js';
import { readContent, type Content } from './read-content.js';

/** The text in the body of a response to a prompt. A server that answers in the form of the other URL path is understood. */
export function readText(url: RequestUrl, body: object): TextOutput {
  const expected = url === '/v1/responses' ? readResponse(body) : readChatCompletion(body);
  if (expected !== null) return expected;
  const other = url === '/v1/responses' ? readChatCompletion(body) : readResponse(body);
  return other ?? { text: null, finish: 'not-understood' };
}

/** Null when the body is no chat completion. https://platform.openai.com/docs/api-reference/chat/object */
function readChatCompletion(body: object): TextOutput | null {
  const choices = readPath(body, 'choices');
  if (!Array.isArray(choices)) return null;
  const choice: unknown = choices[0];
  if (choice === undefined) return { text: null, finish: 'complete' };
  const message = readPath(choice, 'message');
  const refusal = readPath(message, 'refusal');
  // Completions of the older API have their text in the choice.
  const content = isPlainObject(message) ? readContent(message['content']) : readContent(readPath(choice, 'text'));
  if (content.isRefusal || (typeof refusal === 'string' && refusal !== '')) return { text: null, finish: 'refused' };
  switch (readPath(choice, 'finish_reason')) {
    case 'content_filter':
      return { text: content.text, finish: 'filtered' };
    case 'length':
      return outputOf(content, 'cut-off');
    default:
      if (isEmpty(content) && callsTools(message)) return { text: null, finish: 'called-tools' };
      if (isEmpty(content) && !isPlainObject(message)) return { text: null, finish: 'not-understood' };
      return outputOf(content, 'complete');
  }
}

function callsTools(message: unknown): boolean {
  return listAt(message, 'tool_calls').length > 0 || isPlainObject(readPath(message, 'function_call'));
}

/**
 * The body with the answer's text where a chat completion has it, for code that reads it there. Changes only bodies whose content
 * has another form.
 */
export function withPlainText(body: object, text: string): object {
  const choices = readPath(body, 'choices');
  if (!Array.isArray(choices)) return body;
  const [choice, ...others] = choices as readonly unknown[];
  const message = readPath(choice, 'message');
  if (!isPlainObject(choice) || typeof readPath(message, 'content') === 'string') return body;
  const isOdd = isPlainObject(message) ? readPath(message, 'content') != null : typeof choice['text'] === 'string';
  if (!isOdd) return body;
  const plain = { role: 'assistant', ...(isPlainObject(message) && message), content: text };
  return { ...body, choices: [{ ...choice, message: plain }, ...others] };
}

/** Null when the body is no response. https://platform.openai.com/docs/api-reference/responses/object */
function readResponse(body: object): TextOutput | null {
  const output = readPath(body, 'output');
  const shortcut = readPath(body, 'output_text');
  if (output === undefined && shortcut === undefined) return null;
  const content = Array.isArray(output) ? contentOfItems(output) : readContent(output ?? shortcut);
  if (content.isRefusal) return { text: null, finish: 'refused' };
  const finish = finishOf(body);
  const hasCalls = Array.isArray(output) && output.some((item) => /_call$/.test(String(readPath(item, 'type'))));
  if (finish === 'complete' && isEmpty(content) && hasCalls) return { text: null, finish: 'called-tools' };
  return outputOf(content, finish);
}

/** Items of other types, such as reasoning and calls of tools, have no text of the answer. */
function contentOfItems(items: readonly unknown[]): Content {
  const contents = items
    .filter((item) => readPath(item, 'type') === 'message' || isMessageWithoutType(item))
    .map((item) => readContent(readPath(item, 'content')));
  const texts = contents.flatMap((content) => (content.text === null ? [] : [content.text]));
  return {
    text: texts.length === 0 ? null : texts.join(''),
    texts,
    isRefusal: contents.some((content) => content.isRefusal),
    isUnderstood: contents.every((content) => content.isUnderstood),
  };
}

function isMessageWithoutType(item: unknown): boolean {
  return isPlainObject(item) && item['type'] === undefined && item['content'] !== undefined;
}

/** A response that is not complete says why; that counts more than what else it holds. */
function outputOf({ text, texts, isUnderstood }: Content, finish: TextOutput['finish']): TextOutput {
  if (text === null && !isUnderstood && (finish === 'complete' || finish === 'cut-off')) {
    return { text, finish: 'not-understood' };
  }
  return { text, finish, ...(texts.length > 1 && { texts }) };
}

function isEmpty({ text, isUnderstood }: Content): boolean {
  return isUnderstood && (text === null || text === '');
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

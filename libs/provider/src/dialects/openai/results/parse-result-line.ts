import { isPlainObject, readPath } from '@batchmill/documents';
import type { ResultLine } from '../../../results/result-line.js';

/**
 * Parses a line of a result file. Null when it is not JSON or has no `custom_id`. Compatible servers leave out the status, send
 * the body as text, or send it without its `response`: such lines are read as if they were complete. A line that holds
 * something else in place of a body is returned with that as its body, so that it does not pass for a request without an answer.
 */
export function parseResultLine(line: Uint8Array | string): ResultLine | null {
  const parsed = parse(typeof line === 'string' ? line : textOf(line));
  if (!isPlainObject(parsed)) return null;
  const customId = customIdOf(parsed['custom_id']);
  if (customId === null) return null;
  const { response, body } = contentOf(parsed);
  const error = errorOf(parsed['error']) ?? (isErrorBody(body) ? errorOf(body) : null);
  const statusCode = statusOf(response) ?? statusOf(parsed) ?? error?.status ?? null;
  return {
    customId,
    statusCode: isUsable(statusCode, body)
      ? statusCode
      : (error?.status ?? impliedStatus(body, error) ?? zeroOrNull(statusCode)),
    body,
    error: error === null ? null : { code: error.code },
  };
}

/** True for a line without any content, as some servers write at the end of a file. */
export function isBlankLine(line: Uint8Array): boolean {
  return line.byteLength < 8 && withoutMark(textOf(line)).trim() === '';
}

/** Keys of a line that say nothing about an answer. */
const keysOfLine = ['id', 'custom_id', 'response', 'error', 'object', 'method', 'url', 'status_code', 'request_id'];
/** Keys that only the body of an answer has. */
const keysOfAnswer = ['choices', 'data', 'output', 'output_text', 'embedding', 'embeddings'];

/** `response` as an object, and the body in it or in the line itself. */
function contentOf(line: Readonly<Record<string, unknown>>): { response: unknown; body: unknown } {
  const response = decoded(line['response']);
  if (isPlainObject(response)) {
    if ('body' in response) return { response, body: decoded(response['body']) };
    const isBody = keysOfAnswer.some((key) => key in response) || isErrorBody(response);
    const isUnknown = statusOf(response) === null && Object.keys(response).length > 0;
    return { response, body: isBody || isUnknown ? response : undefined };
  }
  if (response !== undefined && response !== null) return { response, body: response };
  if (line['body'] !== undefined) return { response, body: decoded(line['body']) };
  const others = Object.entries(line).filter(([key, value]) => !keysOfLine.includes(key) && value !== null);
  return { response, body: others.length === 0 || isRefused(line) ? undefined : Object.fromEntries(others) };
}

/** The line has an error in place of a response. */
function isRefused(line: Readonly<Record<string, unknown>>): boolean {
  return errorOf(line['error']) !== null;
}

/** False for no status, for 0, which some servers send with complete answers, and for a success whose body is an error. */
function isUsable(statusCode: number | null, body: unknown): boolean {
  return statusCode !== null && statusCode !== 0 && !(statusCode < 300 && isErrorBody(body));
}

function zeroOrNull(statusCode: number | null): number | null {
  return statusCode === 0 ? 0 : null;
}

/** 200 when something was answered, and nothing says otherwise. */
function impliedStatus(body: unknown, error: ErrorWithStatus | null): number | null {
  if (error !== null || body === undefined || body === null || isErrorBody(body)) return null;
  return isPlainObject(body) && Object.keys(body).length === 0 ? null : 200;
}

function isErrorBody(body: unknown): boolean {
  if (!isPlainObject(body) || keysOfAnswer.some((key) => key in body)) return false;
  return body['object'] === 'error' || (body['error'] !== undefined && body['error'] !== null);
}

interface ErrorWithStatus {
  readonly code: string;
  /** Some servers put the HTTP status into the error, as its code. */
  readonly status: number | null;
}

function errorOf(error: unknown): ErrorWithStatus | null {
  if (typeof error === 'string' && error !== '') return { code: '', status: null };
  if (!isPlainObject(error)) return null;
  const inner = isPlainObject(error['error']) ? error['error'] : error;
  const code = inner['code'] ?? inner['status_code'];
  const status = numberIn(code);
  return {
    code: typeof code === 'string' ? code : status === null ? '' : String(status),
    status: status !== null && status >= 400 && status < 600 ? status : null,
  };
}

function statusOf(response: unknown): number | null {
  return numberIn(readPath(response, 'status_code'));
}

function numberIn(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : null;
}

function customIdOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** Some servers send an object as its JSON. A text that is no JSON stays as it is. */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const parsed = parse(value);
  return isPlainObject(parsed) ? parsed : value;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A file may begin with a byte order mark. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(withoutMark(text)) as unknown;
  } catch {
    return null;
  }
}

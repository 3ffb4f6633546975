import { isEndpoint } from '../perform/endpoints.js';
import type { Endpoint } from '../perform/endpoints.js';
import type { Body } from '../perform/performed.js';

/** One line of an input file. */
export interface BatchRequest {
  readonly customId: string;
  readonly body: Body;
}

/** What is wrong with a line, in the provider's words. */
export interface LineFault {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
}

export function readRequest(text: string, endpoint: Endpoint): BatchRequest | LineFault {
  const line = parse(text);
  if (line === undefined) {
    return { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.', param: null };
  }
  const { custom_id: customId, method, url, body } = line;
  if (typeof customId !== 'string' || customId === '') return missing('custom_id');
  if (method !== 'POST') {
    return { code: 'invalid_method', message: "Invalid method: expected 'POST'.", param: 'method' };
  }
  if (url !== endpoint) {
    return {
      code: isEndpoint(url) ? 'mismatched_url' : 'invalid_url',
      message: `The URL provided for this request does not match the batch endpoint. Expected: ${endpoint}.`,
      param: 'url',
    };
  }
  if (!isRecord(body)) return missing('body');
  if (typeof body['model'] !== 'string') return missing('body.model');
  if (body['stream'] === true) {
    return { code: 'invalid_parameter', message: 'Streaming is not supported in the Batch API.', param: 'body.stream' };
  }
  return { customId, body };
}

/** The id of a line that may be invalid otherwise; null when it has none. */
export function readCustomId(text: string): string | null {
  const customId = parse(text)?.['custom_id'];
  return typeof customId === 'string' ? customId : null;
}

function missing(param: string): LineFault {
  return { code: 'missing_required_parameter', message: `Missing required parameter: '${param}'.`, param };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

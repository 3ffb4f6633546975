import { OpenAiError } from '../http/openai-error.js';
import { endpoints, isEndpoint } from '../perform/endpoints.js';
import type { Endpoint } from '../perform/endpoints.js';
import { readExpiresAfter } from '../storage/expires-after.js';
import { readMetadata } from './read-metadata.js';

const usualOutputExpiresSeconds = 30 * 86_400;

/** The body of `POST /v1/batches`. */
export interface BatchCreation {
  readonly endpoint: Endpoint;
  readonly inputFileId: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresSeconds: number;
}

/** Throws an OpenAiError that names the parameter. */
export function readBatchCreation(body: Readonly<Record<string, unknown>>): BatchCreation {
  const { endpoint, input_file_id: inputFileId } = body;
  if (!isEndpoint(endpoint)) {
    const message = `Invalid value for 'endpoint': ${JSON.stringify(endpoint)}. Supported here: ${endpoints.join(', ')}.`;
    throw new OpenAiError(400, message, { param: 'endpoint', code: 'invalid_value' });
  }
  if (body['completion_window'] !== '24h') {
    const message = "Invalid value for 'completion_window': the only value supported is '24h'.";
    throw new OpenAiError(400, message, { param: 'completion_window', code: 'invalid_value' });
  }
  if (typeof inputFileId !== 'string') {
    throw new OpenAiError(400, "Missing required parameter: 'input_file_id'.", { param: 'input_file_id' });
  }
  const expires = readExpiresAfter(body['output_expires_after'], 'output_expires_after');
  return {
    endpoint,
    inputFileId,
    metadata: readMetadata(body['metadata']),
    outputExpiresSeconds: expires ?? usualOutputExpiresSeconds,
  };
}

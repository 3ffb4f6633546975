import { OpenAiError } from '../http/openai-error.js';
import { endpoints, isEndpoint } from '../perform/endpoints.js';
import type { Endpoint } from '../perform/endpoints.js';
import type { ResolvedOptions } from '../options.js';
import { readExpiresAfter } from '../storage/expires-after.js';
import { readMetadata } from './read-metadata.js';

const usualOutputExpiresSeconds = 30 * 86_400;

/** The body of `POST /v1/batches`. */
export interface BatchCreation {
  readonly endpoint: Endpoint;
  readonly inputFileId: string;
  readonly completionWindow: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresSeconds: number;
}

/** Throws an OpenAiError that names the parameter. */
export function readBatchCreation(
  body: Readonly<Record<string, unknown>>,
  { completionWindows }: Pick<ResolvedOptions, 'completionWindows'>,
): BatchCreation {
  const { endpoint, input_file_id: inputFileId, completion_window: asked } = body;
  if (!isEndpoint(endpoint)) {
    const message = `Invalid value for 'endpoint': ${JSON.stringify(endpoint)}. Supported here: ${endpoints.join(', ')}.`;
    throw new OpenAiError(400, message, { param: 'endpoint', code: 'invalid_value' });
  }
  const completionWindow = completionWindows.find((window) => window === asked);
  if (completionWindow === undefined) {
    const supported = completionWindows.length === 1 ? 'the only value supported is' : 'the values supported are';
    const message = `Invalid value for 'completion_window': ${supported} ${completionWindows.map((window) => `'${window}'`).join(', ')}.`;
    throw new OpenAiError(400, message, { param: 'completion_window', code: 'invalid_value' });
  }
  if (typeof inputFileId !== 'string') {
    throw new OpenAiError(400, "Missing required parameter: 'input_file_id'.", { param: 'input_file_id' });
  }
  const expires = readExpiresAfter(body['output_expires_after'], 'output_expires_after');
  return {
    endpoint,
    inputFileId,
    completionWindow,
    metadata: readMetadata(body['metadata']),
    outputExpiresSeconds: expires ?? usualOutputExpiresSeconds,
  };
}

import { OpenAiError } from '../http/openai-error.js';
import type { Endpoint } from '../perform/endpoints.js';
import type { ResolvedOptions } from '../options.js';
import { readExpiresAfter } from '../storage/expires-after.js';
import { supportedWindows, takesWindow } from './completion-windows.js';
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
  { completionWindows, provider }: Pick<ResolvedOptions, 'completionWindows' | 'provider'>,
): BatchCreation {
  const { input_file_id: inputFileId, completion_window: completionWindow } = body;
  const { endpoints, keepsMetadata, outputExpiry } = provider;
  const endpoint = endpoints.find((one) => one === body['endpoint']);
  if (endpoint === undefined) {
    const message = `Invalid value for 'endpoint': ${JSON.stringify(body['endpoint'])}. Supported here: ${endpoints.join(', ')}.`;
    throw new OpenAiError(400, message, { param: 'endpoint', code: 'invalid_value' });
  }
  if (!takesWindow(completionWindows, completionWindow)) {
    const message = `Invalid value for 'completion_window': ${supportedWindows(completionWindows)}.`;
    throw new OpenAiError(400, message, { param: 'completion_window', code: 'invalid_value' });
  }
  if (typeof inputFileId !== 'string') {
    throw new OpenAiError(400, "Missing required parameter: 'input_file_id'.", { param: 'input_file_id' });
  }
  const field = 'output_expires_after';
  if (body[field] !== undefined && outputExpiry === null) {
    throw new OpenAiError(400, `Unknown parameter: '${field}'.`, { param: field, code: 'unknown_parameter' });
  }
  const expires = readExpiresAfter(body[field], field, outputExpiry ?? undefined);
  const metadata = readMetadata(body['metadata']);
  return {
    endpoint,
    inputFileId,
    completionWindow,
    metadata: keepsMetadata ? metadata : null,
    outputExpiresSeconds: expires ?? usualOutputExpiresSeconds,
  };
}

import type { Limits } from '../limits.js';
import { kindOf } from '../perform/endpoints.js';
import type { Endpoint } from '../perform/endpoints.js';
import { countEmbeddingInputs } from '../perform/embedding-inputs.js';
import { findModel } from '../perform/models.js';
import type { Model } from '../perform/models.js';
import { TokenCounter } from '../tokens/token-counter.js';
import type { Fault } from '../faults/fault-injector.js';
import { refusalNamed, type Refusal } from '../faults/refusals.js';
import type { BatchError } from './batch.js';
import { readRequest } from './batch-request.js';
import { Pace } from './pace.js';
import { countPromptTokens } from './prompt-tokens.js';
import { readLines } from './read-lines.js';

const maxErrors = 100;

export interface Validated {
  /** Empty: the file is valid. */
  readonly errors: readonly BatchError[];
  readonly requests: number;
  /** 0 for other endpoints. */
  readonly embeddingInputs: number;
  /** null when no line names one. */
  readonly model: Model | null;
  /** Prompt tokens; an estimate if the queue has room even for one token per byte. */
  readonly tokens: number;
}

/** Reads an input file line by line and reports the errors that the provider would find. */
export async function validateInputFile(
  path: string,
  fileBytes: number,
  endpoint: Endpoint,
  limits: Limits,
  { roomFor, faultOn }: { roomFor: (model: Model) => number; faultOn: (customId: string) => Fault | undefined },
): Promise<Validated> {
  const errors: BatchError[] = [];
  const seen = new Set<string>();
  const pace = new Pace();
  let requests = 0;
  let embeddingInputs = 0;
  let modelName: string | undefined;
  let model: Model | null = null;
  let counter: TokenCounter | undefined;
  let tokens = 0;
  let number = 0;
  let refused: Refusal | null = null;

  for await (const { text } of readLines(path, 0)) {
    number += 1;
    await pace.keep();
    if (text.trim() === '') continue;
    requests += 1;
    if (requests > limits.maxRequestsPerBatch || errors.length >= maxErrors) break;
    const complain = (code: string, message: string, param: string | null): void => {
      errors.push({ code, message, param, line: number });
    };
    const request = readRequest(text, endpoint);
    if ('code' in request) {
      complain(request.code, request.message, request.param);
      continue;
    }
    if (seen.has(request.customId)) complain('duplicate_custom_id', duplicate(request.customId), 'custom_id');
    seen.add(request.customId);
    const fault = faultOn(request.customId);
    if (fault?.what === 'refused') refused ??= refusalNamed(fault.value);
    if (fault?.what === 'named' && errors.length === 0) complain('invalid_value', 'Invalid value.', 'body');
    const name = String(request.body['model']);
    if (modelName === undefined) {
      modelName = name;
      model = findModel(name) ?? null;
      if (model === null || model.kind !== kindOf(endpoint)) {
        const message = `The provided model '${name}' is not supported by the Batch API for ${endpoint}.`;
        complain('model_not_found', message, 'body.model');
      } else if (fileBytes > roomFor(model)) {
        counter = await TokenCounter.load(model.encoding);
      }
    } else if (name !== modelName) {
      complain('mismatched_model', mismatch(modelName, name), 'body.model');
    }
    if (endpoint === '/v1/embeddings') embeddingInputs += countEmbeddingInputs(request.body['input']);
    if (counter !== undefined) tokens += countPromptTokens(endpoint, request.body, counter);
  }

  const whole = wholeFileError(requests, embeddingInputs, fileBytes, modelName, limits);
  if (whole !== undefined) errors.unshift({ ...whole, line: null });
  if (refused !== null)
    errors.push({ code: refused.code ?? 'unknown', message: refused.message, param: null, line: null });
  return {
    errors,
    requests,
    embeddingInputs,
    model,
    tokens: counter === undefined ? Math.ceil(fileBytes / 4) : tokens,
  };
}

function wholeFileError(
  requests: number,
  embeddingInputs: number,
  fileBytes: number,
  modelName: string | undefined,
  limits: Limits,
): Omit<BatchError, 'line'> | undefined {
  if (fileBytes > limits.maxBatchFileBytes) {
    const message =
      `The batch input file is larger than the ${limits.maxBatchFileBytes} maximum for the ${modelName ?? 'given'} ` +
      'model. Please try again with a smaller batch.';
    return { code: 'input_file_too_large', message, param: 'input_file_id' };
  }
  if (requests === 0) {
    const message = 'The input file is empty. Please ensure that the batch contains at least one request.';
    return { code: 'empty_file', message, param: null };
  }
  if (requests > limits.maxRequestsPerBatch) {
    const message = `The batch input file contains too many requests. The limit is ${limits.maxRequestsPerBatch}.`;
    return { code: 'too_many_tasks', message, param: null };
  }
  if (embeddingInputs > limits.maxEmbeddingInputsPerBatch) {
    const limit = limits.maxEmbeddingInputsPerBatch;
    const message = `The batch contains ${embeddingInputs} embedding inputs across all requests. The limit is ${limit}.`;
    return { code: 'too_many_embedding_inputs', message, param: null };
  }
  return undefined;
}

function duplicate(customId: string): string {
  return (
    `The custom_id for this request, ${JSON.stringify(customId)}, is a duplicate of another request. The custom_id ` +
    'parameter must be unique for each request in a batch.'
  );
}

function mismatch(first: string, found: string): string {
  return `A batch may use one model only. The first request is for '${first}', this one for '${found}'.`;
}

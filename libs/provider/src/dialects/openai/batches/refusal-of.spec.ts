import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './refusal-of.js';

/** What providers really say: status, code, message, and what it is about. */
const said: readonly [string, { status?: number; code?: string; message?: string }, object][] = [
  // OpenAI
  [
    'OpenAI, a failed batch: tokens',
    {
      code: 'token_limit_exceeded',
      message:
        'Enqueued token limit reached for gpt-4.1 in organization org-1234. Limit: 900,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
    },
    { about: 'queue', unit: 'tokens', limit: 900_000 },
  ],
  [
    'OpenAI, a failed batch: requests, by its message alone',
    {
      message:
        'Enqueued request limit reached for text-embedding-3-small in organization org-1234. Limit: 1,000,000 enqueued requests. Please try again once some in_progress batches have been completed.',
    },
    { about: 'queue', unit: 'requests', limit: 1_000_000 },
  ],
  ['a full queue without a number', { code: 'token_limit_exceeded' }, { about: 'queue', unit: 'tokens', limit: null }],
  [
    'OpenAI, batches per hour',
    {
      status: 429,
      code: 'rate_limit_exceeded',
      message: 'Rate limit reached for batch creation. Limit 2000 per hour.',
    },
    { about: 'moment' },
  ],
  ['OpenAI, a moment', { status: 429, message: 'Rate limit reached for requests' }, { about: 'moment' }],
  ['OpenAI, a conflict', { status: 409 }, { about: 'moment' }],
  ['OpenAI, its own fault', { status: 503, message: 'The engine is currently overloaded' }, { about: 'moment' }],
  ['OpenAI, a batch that failed by its own fault', { code: 'server_error' }, { about: 'moment' }],
  [
    'OpenAI, a spent budget as 429',
    {
      status: 429,
      code: 'insufficient_quota',
      message: 'You exceeded your current quota, please check your plan and billing details.',
    },
    { about: 'account', reason: 'money' },
  ],
  [
    'OpenAI, the hard limit as 400',
    { status: 400, code: 'billing_hard_limit_reached', message: 'Billing hard limit has been reached' },
    { about: 'account', reason: 'money' },
  ],
  [
    'OpenAI, the hard limit of a failed batch',
    { code: 'billing_hard_limit_reached' },
    { about: 'account', reason: 'money' },
  ],
  [
    'OpenAI, a wrong key',
    { status: 401, code: 'invalid_api_key', message: 'Incorrect API key provided: sk-…' },
    { about: 'account', reason: 'key' },
  ],
  [
    'OpenAI, a restricted key',
    { status: 403, message: 'You have insufficient permissions for this operation. Missing scopes: api.files.write.' },
    { about: 'account', reason: 'permission' },
  ],
  [
    'OpenAI, a model of which the project is not a user',
    { status: 403, code: 'model_not_found', message: 'Project `proj_1` does not have access to model `gpt-4o`' },
    { about: 'account', reason: 'model' },
  ],
  [
    'OpenAI, a failed batch: an unknown model',
    { code: 'model_not_found', message: 'The provided model is not supported by the Batch API.' },
    { about: 'account', reason: 'model' },
  ],
  [
    'OpenAI, a failed batch: too large a file',
    {
      code: 'input_file_too_large',
      message:
        'Batch input file is larger than the 209715200 maximum for the gpt-4o model. Please try again with a smaller batch.',
    },
    { about: 'size', unit: 'bytes', limit: 209_715_200 },
  ],
  [
    'OpenAI, a failed batch: too many lines',
    { code: 'too_many_tasks', message: 'The batch input file contains too many requests. The limit is 50000.' },
    { about: 'size', unit: 'requests', limit: 50_000 },
  ],
  ['OpenAI, no such file', { status: 404, message: 'No such File object: file-1' }, { about: 'file' }],
  [
    'OpenAI, a file of another project',
    { status: 400, message: 'Cannot find file file-1, or project proj_1 does not have access to it.' },
    { about: 'file' },
  ],
  [
    'OpenAI, a line that is wrong',
    { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.' },
    { about: 'request' },
  ],
  [
    'OpenAI, a result of a wrong request',
    {
      status: 400,
      code: 'unsupported_parameter',
      message: "Unsupported parameter: 'max_tokens' is not supported with this model.",
    },
    { about: 'request' },
  ],
  [
    'OpenAI, a prompt that is too long',
    { status: 400, code: 'context_length_exceeded', message: "This model's maximum context length is 8192 tokens" },
    { about: 'request' },
  ],
  // Azure
  [
    'Azure, a full queue as 400 of the create call',
    {
      status: 400,
      code: 'token_limit_exceeded',
      message:
        "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'gpt-4.1-batch'. Please either increase the limit or try again once the current jobs have finished.",
    },
    { about: 'queue', unit: 'tokens', limit: 30_000 },
  ],
  [
    'Azure, a limit in millions',
    {
      code: 'token_limit_exceeded',
      message: 'The number of enqueued tokens has surpassed the configured limit of 1.5M',
    },
    { about: 'queue', unit: 'tokens', limit: 1_500_000 },
  ],
  [
    'Azure, a file that is not ready',
    { status: 400, message: 'The file file-1 is still being processed. Please try again later.' },
    { about: 'moment' },
  ],
  [
    'Azure, a batch of a file that is not ready',
    {
      status: 400,
      message:
        "The input file 'file-1' is in 'pending' state. Only files with status 'Processed' are accepted for batch inferencing.",
    },
    { about: 'moment' },
  ],
  [
    'Azure, a deployment that does not exist',
    { status: 404, code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' },
    { about: 'account', reason: 'model' },
  ],
  [
    'Azure, too many files',
    { status: 400, code: 'quotaExceeded', message: 'You have reached the limit of files without expiry.' },
    { about: 'account', reason: 'money' },
  ],
  // Compatible servers and what stands before them
  [
    'nginx',
    { status: 413, message: '<html><h1>413 Request Entity Too Large</h1></html>' },
    { about: 'size', unit: 'bytes', limit: null },
  ],
  [
    'LiteLLM, an upload that is too large',
    { status: 413, message: 'File size is 105.0 MB, the maximum of 100 MB was exceeded' },
    { about: 'size', unit: 'bytes', limit: 104_857_600 },
  ],
  [
    'LiteLLM, the provider’s answer within its own',
    {
      status: 400,
      code: '400',
      message:
        "Error code: 400 - {'error': {'message': 'Billing hard limit has been reached', 'code': 'billing_hard_limit_reached'}}",
    },
    { about: 'account', reason: 'money' },
  ],
  ['DeepSeek and OpenRouter', { status: 402, message: 'Insufficient Balance' }, { about: 'account', reason: 'money' }],
  [
    'Together, a wrong model of one line',
    { code: 'invalid_model', message: 'Invalid model specified' },
    { about: 'request' },
  ],
  ['Groq, flex capacity', { status: 498, message: 'Flex tier capacity exceeded' }, { about: 'request' }],
  [
    'a server with a limit of batches',
    { status: 429, code: 'batch_limit_exceeded', message: 'The owner has 10 batches in a non-terminal state.' },
    { about: 'queue', unit: null, limit: null },
  ],
];

describe('what a refusal is about', () => {
  it.each(said)('Y5: %s', (_, { status = null, code = null, message = '' }, expected) => {
    const refusal = refusalOf({ status, code, message });

    expect(refusal).toEqual(expected);
  });
});

/** A refusal in a provider's own words. */
export interface Refusal {
  readonly status: number;
  readonly code: string | null;
  readonly message: string;
}

/** The refusals that the faults `refused` can say, by name. */
export const refusals = {
  invalid: { status: 400, code: 'invalid_request', message: 'Invalid request.' },
  'queue-tokens': {
    status: 400,
    code: 'token_limit_exceeded',
    message:
      "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'simulated'. Please either increase the limit or try again once the current jobs have finished.",
  },
  'queue-tokens-unnamed': { status: 400, code: 'token_limit_exceeded', message: 'The queue is full.' },
  'queue-requests': {
    status: 429,
    code: null,
    message:
      'Enqueued request limit reached for text-embedding-3-small in organization org-simulated. Limit: 1,000,000 enqueued requests. Please try again once some in_progress batches have been completed.',
  },
  hourly: { status: 429, code: 'rate_limit_exceeded', message: 'Rate limit reached: at most 2000 batches per hour.' },
  quota: {
    status: 429,
    code: 'insufficient_quota',
    message: 'You exceeded your current quota, please check your plan and billing details.',
  },
  'billing-limit': { status: 400, code: 'billing_hard_limit_reached', message: 'Billing hard limit has been reached' },
  balance: { status: 402, code: null, message: 'Insufficient Balance' },
  key: { status: 401, code: 'invalid_api_key', message: 'Incorrect API key provided.' },
  permission: { status: 403, code: null, message: 'You have insufficient permissions for this operation.' },
  model: { status: 403, code: 'model_not_found', message: 'Project does not have access to model `simulated`' },
  'too-large': { status: 413, code: null, message: '<html><h1>413 Request Entity Too Large</h1></html>' },
  'file-pending': { status: 400, code: null, message: 'The file is still being processed. Please try again later.' },
  'file-gone': { status: 404, code: null, message: 'No such File object: file-simulated' },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof refusals;

export function isRefusalName(name: unknown): name is RefusalName {
  return typeof name === 'string' && Object.hasOwn(refusals, name);
}

/** The refusal of a fault; `invalid` when the rule names none. */
export function refusalNamed(value: unknown): Refusal {
  return refusals[isRefusalName(value) ? value : 'invalid'];
}

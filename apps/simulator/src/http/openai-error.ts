import type { Refusal } from '../faults/refusals.js';

/** An error answer in the provider's format. */
export class OpenAiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    {
      type,
      param = null,
      code = null,
      headers = {},
    }: {
      type?: string;
      param?: string | null;
      code?: string | null;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'OpenAiError';
    this.status = status;
    this.type = type ?? usualType(status);
    this.param = param;
    this.code = code;
    this.headers = headers;
  }

  get body(): { error: { message: string; type: string; param: string | null; code: string | null } } {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** The error that the provider sends with this status when the fault is its own. */
export function errorOfStatus(status: number): OpenAiError {
  switch (status) {
    case 400:
      return new OpenAiError(400, 'Invalid request.', { code: 'invalid_request' });
    case 401:
      return new OpenAiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
    case 408:
      return new OpenAiError(408, 'Request timed out.', { type: 'timeout', code: 'request_timeout' });
    case 429:
      return new OpenAiError(429, 'Rate limit reached. Please try again later.', {
        type: 'requests',
        code: 'rate_limit_exceeded',
      });
    case 502:
      return new OpenAiError(502, 'Bad gateway.');
    case 503:
      return new OpenAiError(503, 'The engine is currently overloaded, please try again later.', {
        type: 'overloaded_error',
      });
    default:
      return new OpenAiError(status, 'The server had an error while processing your request. Sorry about that!');
  }
}

/** An error answer that says this refusal. */
export function refusedError({ status, code, message }: Refusal): OpenAiError {
  return new OpenAiError(status, message, { code });
}

function usualType(status: number): string {
  if (status >= 500) return 'server_error';
  return status === 429 ? 'requests' : 'invalid_request_error';
}

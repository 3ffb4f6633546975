import type { QueueWords } from '../../../profiles/provider-profile.js';
import { providerProfiles } from '../../../profiles/provider-profiles.js';
import type { Refusal, Said } from '../../../refusal.js';

interface Row {
  /** Any of the three is enough. */
  readonly statuses?: readonly number[];
  /** Also found as a word of the message: gateways put the provider's answer into it. */
  readonly codes?: readonly string[];
  readonly message?: RegExp;
  readonly refusal: (message: string) => Refusal;
}

/**
 * What providers say, and what it is about. The first row that matches counts. The status comes last, because providers
 * use the same one for different things: OpenAI says 429 for a moment and for a spent budget, Azure says 400 for a full
 * queue. The words for a full queue are in the profiles. Sources: OpenAI's guides "Error codes", "Batch API" and "Rate limits"; Azure's guide "Queueing batch jobs";
 * DeepSeek's and OpenRouter's 402; Groq's and Together's error codes; LiteLLM's gateway. The tests quote each.
 */
const rows: readonly Row[] = [
  ...providerProfiles.flatMap(({ queueWords }) => queueWords.map(queueRow)),
  {
    codes: ['invalid_api_key', 'account_deactivated', 'authentication_error', 'invalid_authentication'],
    statuses: [401],
    refusal: () => ({ about: 'account', reason: 'key' }),
  },
  {
    codes: [
      'insufficient_quota',
      'billing_hard_limit_reached',
      'billing_not_active',
      'insufficient_balance',
      'organization_usage_limit_exceeded',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'quota_exceeded',
      'quotaExceeded',
      'payment_required',
    ],
    statuses: [402],
    message:
      /exceeded your current quota|insufficient (?:balance|credits?|funds)|credit balance is too low|billing hard limit/i,
    refusal: () => ({ about: 'account', reason: 'money' }),
  },
  {
    codes: ['model_not_found', 'model_not_allowed', 'DeploymentNotFound', 'model_access_denied'],
    message:
      /does not have access to (?:the )?model|model .{1,100} does not exist|not allowed to (?:use|access) .{0,20}model/i,
    refusal: () => ({ about: 'account', reason: 'model' }),
  },
  {
    codes: [
      'insufficient_permissions',
      'unsupported_country_region_territory',
      'access_terminated',
      'PermissionDenied',
    ],
    statuses: [403],
    message: /insufficient permissions?|permission denied|not authorized/i,
    refusal: () => ({ about: 'account', reason: 'permission' }),
  },
  {
    codes: ['too_many_tasks'],
    message:
      /too many requests\. the limit is|(?:maximum|limit) (?:number )?of (?:requests|lines|tasks) (?:per|in) (?:a |the )?(?:batch|file)/i,
    refusal: (message) => ({ about: 'size', unit: 'requests', limit: limitIn(message) }),
  },
  {
    codes: ['too_many_embedding_inputs'],
    refusal: (message) => ({ about: 'size', unit: 'requests', limit: limitIn(message) }),
  },
  {
    codes: [
      'input_file_too_large',
      'file_too_large',
      'request_too_large',
      'content_too_large',
      'max_file_size_exceeded',
    ],
    statuses: [413],
    message: /(?:file|body|entity|payload) (?:size )?(?:is )?(?:too large|larger than|exceeds)/i,
    refusal: (message) => ({ about: 'size', unit: 'bytes', limit: bytesIn(message) }),
  },
  {
    message:
      /(?:still|being) (?:being )?process|not (?:yet )?(?:been )?processed|not (?:yet )?ready|file .{0,80}\bis (?:pending|in '?(?:pending|running|uploaded)'? state)/i,
    refusal: () => ({ about: 'moment' }),
  },
  {
    codes: [
      'rate_limit_exceeded',
      'server_error',
      'internal_error',
      'internal_server_error',
      'overloaded_error',
      'engine_overloaded',
    ],
    statuses: [408, 409, 425, 429],
    refusal: () => ({ about: 'moment' }),
  },
  {
    statuses: [404],
    message: /no such file|file .*(?:not found|does not exist)|cannot find file|invalid file\b/i,
    refusal: () => ({ about: 'file' }),
  },
];

function queueRow({ codes, message, unit }: QueueWords): Row {
  return {
    codes,
    ...(message !== null && { message }),
    refusal: (said) => ({ about: 'queue', unit, limit: unit === null ? null : limitIn(said) }),
  };
}

/** Made once: a batch may have a refusal for each of its requests. */
const matchers = rows.map(({ statuses = [], codes = [], message, refusal }) => ({
  statuses,
  codes,
  patterns: [
    ...(codes.length === 0 ? [] : [new RegExp(`\\b(?:${codes.join('|')})\\b`)]),
    ...(message ? [message] : []),
  ],
  refusal,
}));

/** What a refusal is about, by what the provider said. */
export function refusalOf({ status, code, message }: Said): Refusal {
  const matcher = matchers.find(
    ({ statuses, codes, patterns }) =>
      (code !== null && codes.includes(code)) ||
      (status !== null && statuses.includes(status)) ||
      patterns.some((pattern) => pattern.test(message)),
  );
  if (matcher !== undefined) return matcher.refusal(message);
  return { about: status !== null && status >= 500 ? 'moment' : 'request' };
}

const units: Readonly<Record<string, number>> = { k: 1_000, m: 1_000_000, b: 1_000_000_000 };

/** `Limit: 900,000 enqueued tokens`, `the configured limit of 30K`; null when the message names none. */
function limitIn(message: string): number | null {
  const found = /limit(?:\s+(?:of|is)|:)\s*(\d[\d,_.\s]*)([kmb]?)\b/i.exec(message);
  if (found === null) return null;
  const [, digits = '', unit = ''] = found;
  const factor = units[unit.toLowerCase()];
  const limit =
    factor === undefined ? Number(digits.replaceAll(/\D/g, '')) : Number(digits.replaceAll(/[,_\s]/g, '')) * factor;
  return Number.isFinite(limit) && limit > 0 ? Math.round(limit) : null;
}

const byteUnits: Readonly<Record<string, number>> = { b: 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 };

/** `larger than the 209715200 maximum`, `maximum of 100 MB`; null when the message names none. */
function bytesIn(message: string): number | null {
  const found =
    /(?:maximum|limit|larger than|exceeds)\D{0,40}?(\d[\d,_.]*)\s*(?:([kmg])i?b|bytes?|b\b|(?= maximum))/i.exec(
      message,
    );
  if (found === null) return null;
  const [, digits = '', unit = 'b'] = found;
  const bytes = Number(digits.replaceAll(/[,_]/g, '')) * (byteUnits[unit.toLowerCase()] ?? 1);
  return Number.isFinite(bytes) && bytes > 0 ? Math.floor(bytes) : null;
}

import { resultShapes } from '../batches/shape-result.js';
import { refusals } from './refusals.js';

/** What `value` of a fault `refused` means. */
const refusalNames = `one of ${Object.keys(refusals).join(', ')}; default invalid`;

/** What `value` of an answer means that cannot be read. */
const unreadValue = '"billed": billed all the same, default not';

/** Every fault, by what it affects. The documentation is printed from this, and rules are checked against it. */
export const faultCatalogue = {
  'files.create': {
    refused: describe('Refused in a provider’s own words; nothing is stored.', refusalNames),
    status: describe('Refused with an HTTP status; nothing is stored.', 'status code, default 500'),
    'drop-answer': describe('The file is stored, but the connection breaks before the answer.'),
    delay: describe('Answered late.', 'real milliseconds'),
    pending: describe(
      'The file is `pending` at first, as Azure has it. Until it is `processed`, no batch can be created of it.',
      'simulated seconds, default 30',
    ),
    error: describe(
      'The file ends as `error`; no batch can be created of it. With `pending`, after that time.',
      'the reason in status_details',
    ),
    'no-status': describe('The file is shown without a status.'),
    times: describe('Its times are shown in another form.', '"iso" (default), "ms", "text" or "zoned"'),
  },
  'files.content': {
    refused: describe('Refused in a provider’s own words; nothing is sent.', refusalNames),
    status: describe('Refused with an HTTP status.', 'status code, default 502'),
    'drop-answer': describe('The connection breaks before the first byte.'),
    delay: describe(
      'Answered late, or slowly: {"perChunkMs": n} waits before each piece of 64 KiB.',
      'real milliseconds before the first byte, or {perChunkMs}',
    ),
    'cut-off': describe('The content ends early, and the connection breaks.', 'percent that is sent, default 50'),
  },
  'files.delete': {
    status: describe('Refused with an HTTP status; the file stays.', 'status code, default 500'),
    'drop-answer': describe('The file is deleted, but the connection breaks before the answer.'),
    delay: describe('Answered late.', 'real milliseconds'),
  },
  'batches.create': {
    refused: describe('Refused in a provider’s own words; no batch is created.', refusalNames),
    status: describe('Refused with an HTTP status; no batch is created.', 'status code, default 500'),
    'drop-answer': describe('The batch is created, but the connection breaks before the answer.'),
    delay: describe('Created, and answered late.', 'real milliseconds'),
  },
  'batches.retrieve': {
    refused: describe('Refused in a provider’s own words; no status is sent.', refusalNames),
    status: describe('Refused with an HTTP status.', 'status code, default 500'),
    'drop-answer': describe('The connection breaks before the answer.'),
    delay: describe('Answered late.', 'real milliseconds'),
    stale: describe(
      'Shows the batch as it was before its last change of state.',
      'number: in the first n retrievals after the change; "5s": within so many simulated seconds of it; ' +
        'default: whenever the rule fires, for changes after the rule was set',
    ),
  },
  'batches.list': {
    refused: describe('Refused in a provider’s own words; no batch is sent.', refusalNames),
    status: describe('Refused with an HTTP status.', 'status code, default 500'),
    'drop-answer': describe('The connection breaks before the answer.'),
    delay: describe('Answered late.', 'real milliseconds'),
    stale: describe(
      'Leaves out new batches.',
      'number: in the first n lists after their creation; "5s": for so many simulated seconds; ' +
        'default: whenever the rule fires, those created after the rule was set',
    ),
  },
  'batches.cancel': {
    refused: describe('Refused in a provider’s own words; the batch continues.', refusalNames),
    status: describe('Refused with an HTTP status; the batch continues.', 'status code, default 500'),
    'drop-answer': describe('The batch is cancelled, but the connection breaks before the answer.'),
    delay: describe('Answered late.', 'real milliseconds'),
    ignore: describe('Answered as always, but the batch continues.'),
  },
  batch: {
    refused: describe(
      'Fails after validating, in a provider’s own words and without a line; nothing is billed.',
      refusalNames,
    ),
    status: describe(
      'Fails after validating, with code server_error; nothing is billed.',
      'the code, default server_error',
    ),
    delay: describe('Takes longer.', 'simulated seconds'),
    'token-limit': describe('Fails after validating, with code token_limit_exceeded.', 'the limit in the message'),
    expire: describe(
      'Expires at the time at which it would have been completed.',
      'percent of the lines that are done until then, default 50',
    ),
    stall: describe(
      'Stays in progress until it expires, a completion window after its creation.',
      'percent of the lines after which nothing more is done, default 0',
    ),
    stay: describe(
      'Never leaves a state by itself.',
      'the state: validating, in_progress, finalizing or cancelling, which is the default',
    ),
    forget: describe(
      'Is created, and then no call finds it. It does its work and is billed all the same.',
      'simulated seconds after which it is found again, default never',
    ),
    'no-output-file': describe(
      'Every line fails, so that it is completed without an output file; nothing is billed.',
      'status code of the lines, default 500',
    ),
    'late-files': describe(
      'Is completed, expired or cancelled, with its counts, before its result files are shown.',
      'simulated seconds until they are shown, default 30',
    ),
    'no-counts': describe('Shows 0 of its requests as ended until it has ended.'),
    'empty-ids': describe('Shows an empty text in place of null for the id of a file.'),
    'upper-case': describe('Shows its states in capitals.'),
    'own-state': describe(
      'Shows a word that OpenAI does not have in place of in_progress.',
      'the word, default preparing',
    ),
    times: describe('Its times are shown in another form.', '"iso" (default), "ms", "text" or "zoned"'),
    'never-expires': describe(
      'Goes on after its completion window until it is completed, as Azure does. It shows when it should have expired.',
    ),
  },
  'input-line': {
    refused: describe(
      'The batch whose input file has this line fails after validating, without naming the line.',
      refusalNames,
    ),
    named: describe(
      'The batch whose input file has this line fails after validating. Of such lines, only the first is named.',
    ),
  },
  line: {
    refused: describe('Answered in a provider’s own words in the error file; not billed.', refusalNames),
    status: describe('Answered with an HTTP status in the error file; not billed.', 'status code, default 500'),
    'drop-answer': describe('A timeout: in the error file, without a response; not billed.'),
    missing: describe('In neither file, though it counts as completed.', unreadValue),
    double: describe('Twice in the output file; billed once.'),
    unknown: describe('Followed by a result for a custom_id that was never sent.', 'that custom_id'),
    'status-0': describe('In the error file with status code 0; not billed.'),
    'bad-json': describe('Its line in the output file is cut off, though it counts as completed.', unreadValue),
    shape: describe(
      'Its line has a form that other servers write; billed.',
      `one of ${resultShapes.join(', ')}; default unreadable`,
    ),
    refusal: describe('The model refuses; billed. Embeddings are not affected.'),
    'half-answer': describe(
      'The model returns half of its answer as if it were complete, so JSON is invalid; billed. Embeddings are not affected.',
    ),
    cached: describe(
      'The cache of prompts holds a share of the prompt, which is billed at its price. Embeddings are not affected.',
      'a share from 0 to 1, default 0.5',
    ),
    tier: describe(
      'Answered at another tier, at twice the price of a batch. Embeddings are not affected.',
      'the tier that the answer names, default "priority"',
    ),
  },
  webhook: {
    delay: describe('Sent late.', 'simulated seconds'),
    double: describe('Sent twice, with one id.'),
    missing: describe('Never sent.'),
    forged: describe('Signed with another secret, again and again.'),
    old: describe('Its timestamp is old, again and again.', 'real seconds, default 600'),
  },
  synchronous: {
    status: describe('Refused with an HTTP status; not billed.', 'status code, default 500'),
    'drop-answer': describe('Processed and billed, but the connection breaks before the answer.'),
    delay: describe('Answered late.', 'real milliseconds'),
    refusal: describe('The model refuses; billed. Embeddings are not affected.'),
    'no-flex': describe('Refused with 429 resource_unavailable when it asks for the tier flex; not billed.'),
  },
} as const satisfies Record<string, Partial<Record<FaultWhat, FaultDescription>>>;

export type FaultOn = keyof typeof faultCatalogue;

export type FaultWhat =
  | 'refused'
  | 'status'
  | 'drop-answer'
  | 'delay'
  | 'cut-off'
  | 'stale'
  | 'named'
  | 'token-limit'
  | 'expire'
  | 'stall'
  | 'stay'
  | 'forget'
  | 'ignore'
  | 'no-output-file'
  | 'pending'
  | 'error'
  | 'no-status'
  | 'times'
  | 'late-files'
  | 'no-counts'
  | 'empty-ids'
  | 'upper-case'
  | 'own-state'
  | 'never-expires'
  | 'missing'
  | 'double'
  | 'unknown'
  | 'status-0'
  | 'bad-json'
  | 'shape'
  | 'refusal'
  | 'no-flex'
  | 'half-answer'
  | 'cached'
  | 'tier'
  | 'forged'
  | 'old';

export interface FaultDescription {
  readonly does: string;
  /** What `value` means; null: it has none. */
  readonly value: string | null;
}

function describe(does: string, value: string | null = null): FaultDescription {
  return { does, value };
}

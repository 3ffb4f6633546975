/* Long, because it is a table: every fault, the values that it is drawn from, and what it excuses. */

import { faultCatalogue, resultShapes, type FaultOn, type FaultRule, type FaultWhat } from '@batchmill/simulator';

/** How long a rule is on. few: one to three times. share: for some of what it meets. always: until the provider is mended. */
export type Span = 'few' | 'share' | 'always';

/** What a fault may do to a run. What it does not name must not happen because of it. */
export interface Excuses {
  /** The error codes with which documents may fail. */
  readonly fails: readonly string[];
  /** Documents may stay pending. */
  readonly leaves: boolean;
  /** Records may be parked. */
  readonly parks: boolean;
  /** Runs may be rejected: the provider answers as one without the Batch API. Nothing is billed then. */
  readonly rejects: boolean;
  /** The provider bills answers that it never shows, or that nobody can use. They may be requested again. */
  readonly billsUnused: boolean;
  /** Result files may stay at the provider. */
  readonly leavesFiles: boolean;
}

/** One value of a fault. */
export interface Variant extends Partial<Excuses> {
  readonly on: FaultOn;
  readonly what: FaultWhat;
  readonly value?: FaultRule['value'];
  readonly spans: readonly Span[];
}

type Row = readonly [values: readonly unknown[], spans: readonly Span[], excuses?: Partial<Excuses>];

const none = [undefined];
const unanswered = { fails: ['provider.unanswered-request'] };
const refusedLine = { fails: ['provider.refused-request'] };
const refusedBatch = { fails: ['provider.batch-failed'] };
/** What a person must look at. */
const parks = { parks: true };
const leaves = { leaves: true };
const unshown = { fails: ['provider.missing-result'], billsUnused: true, leaves: true, leavesFiles: true };
/** What is billed without a line is requested again. */
const unread = { fails: ['provider.missing-result'], billsUnused: true };
const lost = { leaves: true, billsUnused: true, leavesFiles: true };

/** Refusals that pass, or that are mended. */
const passing = [
  'queue-tokens-unnamed',
  'queue-requests',
  'hourly',
  'quota',
  'billing-limit',
  'balance',
  'key',
  'permission',
  'model',
];
const statusOfMoment = [500, 503, 429, 408, 409];

/**
 * The groups of faults that runs draw from. Those of webhooks are not among them, since an engine without HTTP gets none: they
 * have an end-to-end test each.
 */
type Drawn = Exclude<FaultOn, 'webhook'>;

/** Every fault of these groups, with the values that the runs draw from. */
const rows: { readonly [On in Drawn]: Readonly<Record<keyof (typeof faultCatalogue)[On], readonly Row[]>> } = {
  'files.create': {
    refused: [
      [passing, ['few', 'always']],
      [['file-pending'], ['few']],
      [['too-large'], ['few'], refusedBatch],
      [['invalid', 'file-gone'], ['few', 'always'], parks],
    ],
    status: [
      [statusOfMoment, ['few', 'share', 'always']],
      [[400, 404], ['few', 'always'], parks],
    ],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [[[150], ['few', 'share']]],
    pending: [
      [
        [5, 60, 7_200],
        ['few', 'share'],
      ],
    ],
    error: [[['unreadable'], ['few', 'always'], refusedBatch]],
    'no-status': [[none, ['always']]],
    times: [[['iso', 'ms', 'text', 'zoned'], ['always']]],
  },
  'files.content': {
    refused: [
      [passing, ['few', 'always']],
      [['invalid', 'too-large'], ['few', 'always'], parks],
      [['file-gone'], ['few', 'share', 'always'], { ...unshown, parks: true }],
    ],
    status: [
      [statusOfMoment, ['few', 'share', 'always']],
      [[400], ['few', 'always'], parks],
      [[404], ['few', 'always'], { ...unshown, parks: true }],
    ],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [
      [
        [150, { perChunkMs: 50 }],
        ['few', 'share'],
      ],
    ],
    'cut-off': [
      [
        [0, 50, 99],
        ['few', 'share'],
      ],
    ],
  },
  'files.delete': {
    status: [[[500, 429, 400, 403], ['few', 'share', 'always'], { leavesFiles: true, parks: true }]],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [[[150], ['few', 'share']]],
  },
  'batches.create': {
    refused: [
      [passing, ['few', 'always']],
      [['file-pending'], ['few']],
      [['too-large'], ['few', 'always'], refusedBatch],
      [['invalid'], ['few', 'always'], parks],
      [['file-gone'], ['few', 'always'], parks],
      [['queue-tokens'], ['few', 'always']],
    ],
    status: [
      [
        [500, 503, 429, 408, 409],
        ['few', 'share', 'always'],
      ],
      [[400, 404], ['few', 'always'], parks],
    ],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [
      [
        [150, 900],
        ['few', 'share'],
      ],
    ],
  },
  'batches.retrieve': {
    refused: [
      [passing, ['few', 'always']],
      [['invalid', 'too-large'], ['few', 'always'], parks],
      [['file-gone'], ['few', 'always'], lost],
    ],
    status: [
      [statusOfMoment, ['few', 'share', 'always']],
      [[404], ['few', 'always'], lost],
    ],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [[[150], ['few', 'share']]],
    stale: [
      [
        [1, 3, '60s', '7200s'],
        ['share', 'always'],
      ],
      [none, ['share', 'always'], lost], // no status ever shows that a batch has ended
    ],
  },
  'batches.list': {
    refused: [
      [passing, ['few', 'always']],
      [['invalid', 'file-gone'], ['few', 'always'], { parks: true, rejects: true }],
    ],
    status: [
      [statusOfMoment, ['few', 'share', 'always']],
      [[400], ['few', 'always'], { parks: true, rejects: true }],
    ],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [[[150], ['few', 'share']]],
    stale: [
      [['10s'], ['always']],
      [[1, 3, '7200s'], ['always'], { billsUnused: true }],
    ],
  },
  'batches.cancel': {
    refused: [
      [passing, ['few', 'always'], lost],
      [['invalid', 'file-gone'], ['few', 'always'], lost],
    ],
    status: [[[500, 429, 400, 404, 409], ['few', 'share', 'always'], lost]],
    'drop-answer': [[none, ['few', 'share']]],
    delay: [[[150], ['few', 'share']]],
    ignore: [[none, ['few', 'always'], lost]],
  },
  batch: {
    refused: [
      [passing, ['few', 'always']],
      [['too-large'], ['few'], refusedBatch],
      [['invalid', 'file-gone', 'queue-tokens'], ['few', 'always'], refusedBatch],
    ],
    status: [[['server_error', 'invalid_json_line', 'who_knows'], ['few', 'share', 'always'], refusedBatch]],
    delay: [
      [
        [30, 3_600],
        ['few', 'share'],
      ],
    ],
    'token-limit': [[[1_000_000], ['few', 'share']]],
    expire: [[[0, 50, 100], ['few', 'share', 'always'], leaves]],
    stall: [[[0, 40], ['few', 'share', 'always'], leaves]],
    stay: [
      [['validating', 'in_progress', 'finalizing'], ['few', 'share', 'always'], lost],
      [['cancelling'], ['always'], lost],
    ],
    forget: [
      [[10, 3_600], ['few', 'share'], lost],
      [[300_000, undefined], ['few', 'share', 'always'], lost],
    ],
    'no-output-file': [
      [[500, 429], ['few', 'share', 'always'], unanswered],
      [[400], ['few', 'always'], refusedLine],
    ],
    'late-files': [
      [
        [30, 1_200],
        ['few', 'share', 'always'],
      ],
      [[36_000], ['few', 'share', 'always'], unshown],
    ],
    'no-counts': [[none, ['always']]],
    'empty-ids': [[none, ['always']]],
    'upper-case': [[none, ['always']]],
    'own-state': [[['preparing', 'thinking'], ['always']]],
    times: [[['iso', 'ms', 'text', 'zoned'], ['always']]],
    'never-expires': [[none, ['always']]],
  },
  'input-line': {
    refused: [
      [['invalid'], ['few', 'share'], refusedBatch],
      [passing, ['few'], refusedBatch],
    ],
    named: [[none, ['few', 'share', 'always'], refusedBatch]],
  },
  line: {
    refused: [
      [['quota', 'key', 'model', 'queue-tokens-unnamed'], ['few', 'share'], leaves],
      [['hourly'], ['few', 'share', 'always'], unanswered],
      [['invalid', 'too-large'], ['few', 'share', 'always'], refusedLine],
    ],
    status: [
      [[500, 503, 429, 408], ['few', 'share', 'always'], unanswered],
      [[400, 422], ['few', 'share', 'always'], refusedLine],
      [[401, 402, 403], ['few', 'share'], leaves],
    ],
    'drop-answer': [[none, ['few', 'share', 'always'], unanswered]],
    missing: [
      [none, ['few', 'share', 'always'], { fails: ['provider.missing-result'] }],
      [['billed'], ['few', 'share', 'always'], unread],
    ],
    double: [[none, ['few', 'share', 'always']]],
    unknown: [
      [
        [undefined, 'nobody'],
        ['few', 'share', 'always'],
      ],
    ],
    'status-0': [[none, ['few', 'share', 'always'], unanswered]],
    'bad-json': [
      [none, ['few', 'share', 'always'], { fails: ['provider.missing-result'] }],
      [['billed'], ['few', 'share', 'always'], unread],
    ],
    shape: [
      [resultShapes.filter((shape) => shape !== 'unreadable'), ['few', 'share', 'always']],
      [['unreadable'], ['few', 'share', 'always'], { fails: ['provider.answer-not-understood'] }],
    ],
    refusal: [[none, ['few', 'share', 'always'], { fails: ['provider.refusal'] }]],
    'half-answer': [
      [
        none,
        ['few', 'share', 'always'],
        { fails: ['provider.invalid-json', 'provider.schema-mismatch'], billsUnused: true },
      ],
    ],
    cached: [
      [
        [undefined, 1],
        ['few', 'share', 'always'],
      ],
    ],
    tier: [[none, ['few', 'share', 'always']]],
  },
  synchronous: {
    status: [
      [
        [500, 429, 400],
        ['few', 'always'],
      ],
    ],
    'drop-answer': [[none, ['few']]],
    delay: [[[100], ['few', 'always']]],
    refusal: [[none, ['always']]],
    'no-flex': [[none, ['few']]],
  },
};

/** Every fault as `on what`, in the order of the catalogue. */
export const faults: readonly string[] = Object.entries(faultCatalogue)
  .filter(([on]) => on !== 'webhook')
  .flatMap(([on, whats]) => Object.keys(whats).map((what) => nameOf({ on, what })));

/** The values that a fault is drawn from. Empty for a fault that this matrix does not have. */
export function variantsOf(fault: string): readonly Variant[] {
  const [on = '', what = ''] = fault.split(' ');
  const ofFault = (rows as Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>)[on]?.[what] ?? [];
  return ofFault.flatMap(([values, spans, excuses]) =>
    values.map((value) => ({
      on: on as FaultOn, // both are of the catalogue, as a test shows
      what: what as FaultWhat,
      ...(value !== undefined && { value }),
      spans,
      ...excuses,
    })),
  );
}

export function nameOf({ on, what }: { readonly on: string; readonly what: string }): string {
  return `${on} ${what}`;
}

/** What a run may come to, by all of its faults. */
export function excusesOf(variants: readonly Partial<Excuses>[]): Excuses {
  return {
    fails: variants.flatMap(({ fails = [] }) => fails),
    leaves: variants.some((one) => one.leaves === true),
    parks: variants.some((one) => one.parks === true),
    rejects: variants.some((one) => one.rejects === true),
    billsUnused: variants.some((one) => one.billsUnused === true),
    leavesFiles: variants.some((one) => one.leavesFiles === true),
  };
}

import { isBatchmillError, type ErrorCode, type ErrorKind, type EventEnvelope } from '@batchmill/contracts';
import type { Fields } from '@batchmill/store';

/** The fields that every record has beside its own. The lease and the transitions write them. */
export interface WorkRecord<S extends string = string> extends Fields {
  readonly _id: string;
  readonly state: S;
  /** Not taken before then, unless a signal names the record. */
  readonly nextAt: Date;
  /** Not taken before then, not even by a signal. */
  readonly backoffUntil: Date;
  /** Free once `until` has passed. */
  readonly lease: { readonly owner: string | null; readonly until: Date };
  /** Raised with each take and never reset. A write that expects an older one changes nothing. */
  readonly fence: number;
  /** Raised by a signal that arrives while the record is leased, so that its holder does not miss it. */
  readonly signals: number;
  /** Failed attempts in this state. */
  readonly attempts: number;
  /** True after too many failed attempts. A retry by a person, or a cancel, clears it. */
  readonly parked: boolean;
  /** Why it failed last, or which dependency it waits for. Null once it went on. */
  readonly error: RecordedError | null;
  /** Events that are not known to be published. */
  readonly outbox: readonly EventEnvelope[];
  readonly traceparent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An error as it is stored on a record: no stack and no contents. */
export interface RecordedError {
  readonly kind: ErrorKind | 'Error';
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: Date;
}

/** Any value that was thrown, as it is recorded. Values that are no Batchmill error get the code `unforeseen`. */
export function recordedError(error: unknown, at: Date): RecordedError {
  if (isBatchmillError(error)) return { kind: error.kind, code: error.code, message: error.message, at };
  if (error instanceof Error) return { kind: 'Error', code: 'unforeseen', message: error.message, at };
  return { kind: 'Error', code: 'unforeseen', message: String(error), at };
}

/** The fields that the holder of a record may write. */
export type Changes<T extends WorkRecord> = { readonly [K in keyof OwnFields<T>]?: OwnFields<T>[K] };

/** Without the index signature and the fields of every record. */
export type OwnFields<T> = {
  [K in keyof T as string extends K ? never : K extends CommonField ? never : K]: T[K];
};

type CommonField =
  | '_id'
  | 'state'
  | 'nextAt'
  | 'backoffUntil'
  | 'lease'
  | 'fence'
  | 'signals'
  | 'attempts'
  | 'parked'
  | 'error'
  | 'outbox'
  | 'traceparent'
  | 'createdAt'
  | 'updatedAt';

const longAgo = new Date(0);
/** The lease of a record that nobody holds. */
export const freeLease: WorkRecord['lease'] = { owner: null, until: longAgo };
/** The `backoffUntil` of a record that does not back off. */
export const noBackoff = longAgo;

/** The common fields of a new record, which is due at once. */
export function freshWork<S extends string>(
  id: string,
  state: S,
  about: { now: Date; traceparent: string | null },
): WorkRecord<S> {
  return {
    _id: id,
    state,
    nextAt: about.now,
    backoffUntil: noBackoff,
    lease: freeLease,
    fence: 0,
    signals: 0,
    attempts: 0,
    parked: false,
    error: null,
    outbox: [],
    traceparent: about.traceparent,
    createdAt: about.now,
    updatedAt: about.now,
  };
}

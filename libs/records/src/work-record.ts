import type { ErrorCode, ErrorKind, EventEnvelope } from '@batchmill/contracts';
import type { Fields } from '@batchmill/store';

/** What every record that is worked on has beside its own fields. */
export interface WorkRecord<S extends string = string> extends Fields {
  readonly _id: string;
  readonly state: S;
  /** Not looked at before then, unless a message names the record. */
  readonly nextAt: Date;
  /** Not taken before then, whoever asks. */
  readonly backoffUntil: Date;
  /** Free once `until` has passed. */
  readonly lease: { readonly owner: string | null; readonly until: Date };
  /** Raised with every take, never reset: a write that expects an older one finds nothing. */
  readonly fence: number;
  /** Raised by a wake that came while the record was leased, so that its holder looks again. */
  readonly signals: number;
  /** Failed tries in this state. */
  readonly attempts: number;
  /** Stopped after too many tries, beside its state; a person's retry or a wish to cancel clears it. */
  readonly parked: boolean;
  readonly error: RecordedError | null;
  /** Facts that are true and that the bus has not taken yet. */
  readonly outbox: readonly EventEnvelope[];
  readonly traceparent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RecordedError {
  readonly kind: ErrorKind | 'Error';
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: Date;
}

/** The fields of its own that a record's worker may write. */
export type Changes<T extends WorkRecord> = { readonly [K in keyof OwnFields<T>]?: OwnFields<T>[K] };

/** Without the index signature and what the host keeps. */
export type OwnFields<T> = {
  [K in keyof T as string extends K ? never : K extends HostField ? never : K]: T[K];
};

/** The fields that only the lease and the moves write. */
type HostField =
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

const never = new Date(0);

/** The host's fields of a record that nobody has worked on yet. */
export function freshWork<S extends string>(
  id: string,
  state: S,
  about: { now: Date; traceparent: string | null },
): WorkRecord<S> {
  return {
    _id: id,
    state,
    nextAt: about.now,
    backoffUntil: never,
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

export const freeLease: WorkRecord['lease'] = { owner: null, until: never };
export const noBackoff = never;

import type { Clock, Event } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { RecordsOfRun } from './work/records-of-run.js';
import type { DocumentCounts } from './run-totals.js';
import type { ScanPosition } from './scan-position.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

/**
 * open: its documents are being marked. sealed: its documents are known. built: all its batches exist. done: its
 * documents are counted.
 */
const active = ['open', 'sealed', 'built'] as const;

/** Every state of a claim, in the order in which a claim passes through them. */
export const claimStates = [...active, 'done'] as const;
export type ClaimState = (typeof claimStates)[number];

/**
 * scan: documents that the scan found. retry: documents of an earlier claim, claimed again. end: no documents; it takes
 * the next number, so that a delayed scanner cannot open a claim after the run's end.
 */
export type ClaimKind = 'scan' | 'retry' | 'end';

/** A set of documents that a run has taken. */
export interface Claim extends WorkRecord<ClaimState> {
  readonly runId: string;
  readonly number: number;
  /**
   * The name of the claim on its documents. No two claims share one, not even claims with the same id in two states of
   * Batchmill. Missing in a claim without documents, and in one of an earlier version: read it with `markOf`.
   */
  readonly mark?: string;
  /** The installation that opened it. Missing where `mark` is. */
  readonly installation?: string;
  readonly kind: ClaimKind;
  /** The claim whose documents a retry claims again; null for a scan. */
  readonly previousClaimId: string | null;
  /** The scan continues here once this claim is sealed. */
  readonly positionAfter: ScanPosition | null;
  /** True when the scan has ended once this claim is sealed. */
  readonly scanEnds: boolean;
  /** The blob of the members (see `Member`); null without documents. */
  readonly members: string | null;
  /** The blob of the members that could be marked. Null until sealed. */
  readonly sealedMembers: string | null;
  readonly documents: number;
  /** How many members the store refused to mark. They are still pending, as they were found. */
  readonly untouched?: number;
  readonly batches: number;
  /** When the lists of its members were deleted. Missing: they are there. */
  readonly textsDeletedAt?: Date;
  /** Written with the transition to done. */
  readonly counts: DocumentCounts | null;
}

/** The name of a claim on its documents. */
export function markOf({ _id, mark }: Pick<Claim, '_id' | 'mark'>): string {
  return mark ?? _id;
}

/** The claims of all runs. */
export class Claims extends RecordsOfRun<Claim> {
  readonly activeStates = active;
  /** An open or a built claim is worked on with its run. */
  readonly stageOf = { sealed: 'jsonl-builder' };
  protected readonly indexes = [{ keys: { runId: 1, state: 1, updatedAt: 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Claim>('claims'), clock);
  }

  idIn(event: Event): string | null {
    return 'claimId' in event && typeof event.claimId === 'string' ? event.claimId : null;
  }

  /** The id of a run's claim by its number, from 1. */
  idOf(runId: string, number: number): string {
    return `${runId}.c${number}`;
  }

  /** A new claim, not yet inserted. */
  new(
    runId: string,
    number: number,
    about: Pick<
      Claim,
      'kind' | 'previousClaimId' | 'positionAfter' | 'scanEnds' | 'members' | 'traceparent' | 'mark' | 'installation'
    >,
  ): Claim {
    const { traceparent, ...own } = about;
    return {
      ...freshWork(this.idOf(runId, number), 'open', { now: this.clock.now(), traceparent }),
      runId,
      number,
      ...own,
      sealedMembers: null,
      documents: 0,
      batches: 0,
      counts: null,
    };
  }

  /** A run's claims in a state, in the order of their numbers. */
  ofRunIn(runId: string, state: ClaimState): AsyncIterable<Claim> {
    return this.collection.find({ runId, state }, { sort: { number: 1 } });
  }

  /** A run's claims of which all batches exist, and that were written since then. */
  builtSince(runId: string, since: Date): AsyncIterable<Claim> {
    return this.collection.find({ runId, state: 'built', updatedAt: { $gte: since } });
  }

  /** Those of these claims that are in a state, in the order of their numbers. */
  async *among(ids: Iterable<string>, state: ClaimState): AsyncIterable<Claim> {
    const named = [...ids];
    if (named.length > 0) yield* this.collection.find({ _id: { $in: named }, state }, { sort: { number: 1 } });
  }

  /** How many claims of a run are not done. */
  async countActiveOfRun(runId: string): Promise<number> {
    return this.collection.count({ runId, state: { $in: active } });
  }

  /** Notes that the lists of the members of a run's claims are deleted. */
  async noteTextsDeleted(runId: string): Promise<void> {
    const gone = { runId, state: 'done', textsDeletedAt: null };
    await this.collection.updateMany(gone, { $set: { textsDeletedAt: this.clock.now() } });
  }

  /** Those that may name blobs. */
  withBlobs(): AsyncIterable<Claim> {
    return this.collection.find({ textsDeletedAt: null });
  }

  /**
   * Makes the sealed claims of a run that is cancelled due at once, even if parked: they must be built before it can
   * end.
   */
  async expedite(runId: string): Promise<void> {
    await this.collection.updateMany({ runId, state: 'sealed' }, { $set: this.dueNow() });
  }
}

import type { Clock, Event } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import type { DocumentCounts } from './run-totals.js';
import type { ScanPosition } from './scan-position.js';
import { freshWork, type WorkRecord } from './work-record.js';

/** open: documents are being marked. sealed: its documents are known. built: all its batches exist. done: counted. */
export type ClaimState = 'open' | 'sealed' | 'built' | 'done';

/** end: no documents; its number keeps a sleeper from opening another claim after the run's end. */
export type ClaimKind = 'scan' | 'retry' | 'end';

export interface Claim extends WorkRecord<ClaimState> {
  readonly runId: string;
  readonly number: number;
  readonly kind: ClaimKind;
  /** A retry's former claim. */
  readonly previousClaimId: string | null;
  /** The scan stands here when this claim is sealed. */
  readonly positionAfter: ScanPosition | null;
  readonly scanEnds: boolean;
  /** Blob: a JSON line per member (see `Member`). */
  readonly members: string | null;
  /** Blob: the members that carry the claim. Null until sealed. */
  readonly sealedMembers: string | null;
  readonly documents: number;
  /** Members that the store would not mark: pending still, as they were found. */
  readonly untouched?: number;
  readonly batches: number;
  /** Written with the move to done. */
  readonly counts: DocumentCounts | null;
}

export class Claims extends Records<Claim> {
  protected readonly indexes = [{ keys: { runId: 1, state: 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Claim>('claims'), clock);
  }

  idIn(event: Event): string | null {
    return 'claimId' in event && typeof event.claimId === 'string' ? event.claimId : null;
  }

  idOf(runId: string, number: number): string {
    return `${runId}.c${number}`;
  }

  new(
    runId: string,
    number: number,
    about: Pick<Claim, 'kind' | 'previousClaimId' | 'positionAfter' | 'scanEnds' | 'members' | 'traceparent'>,
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

  /** Makes what a run's cancel has to pass through due at once. */
  async expedite(runId: string): Promise<void> {
    await this.collection.updateMany({ runId, state: 'sealed' }, { $set: this.due() });
  }
}

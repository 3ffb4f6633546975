import type { Blobs } from '@batchmill/blobs';
import type { ChunksSelected, Clock } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  marksProjection,
  noDocuments,
  readMarks,
  readMembers,
  repairUpdates,
  type Claim,
  type Claims,
  type DocumentCounts,
  type Documents,
  type Leased,
  type Member,
  type ReadMarks,
  type Run,
  type Transitions,
} from '@batchmill/records';
import type { EngineSettings } from '@batchmill/stage';
import type { ClaimOpener } from './claim-opener.js';

const idsPerRead = 1000;

/** What the last look at a claim's members found. */
interface Look {
  readonly counts: DocumentCounts;
  /** Still lacking results: each is requested again for what is missing. */
  readonly toRetry: readonly Member[];
  /** When the last of them is due. */
  readonly dueAt: Date;
}

/**
 * Looks at the members of a claim once more when all its batches are ingested: counts what ended, gives back what
 * something unforeseen left behind, and opens a claim for what is to be asked again.
 */
export class ClaimCloser {
  constructor(
    private readonly claims: Claims,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly opener: ClaimOpener,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Yields nothing as long as documents to be asked again are not due; `later` is told when they are. Nor does it as long
   * as nothing may be asked again.
   */
  async *close(
    run: Leased<Run>,
    plan: RunPlan,
    claim: Claim,
    { mayAskAgain }: { readonly mayAskAgain: boolean },
    later: (dueAt: Date) => void,
  ): Transitions<ChunksSelected> {
    const cancelled = run.data.cancelRequestedAt !== null;
    const { counts, toRetry, dueAt } = await this.#look(plan, claim, cancelled);
    let found = counts;
    if (toRetry.length > 0) {
      if (!mayAskAgain) return;
      if (dueAt > this.clock.now()) {
        later(dueAt);
        return;
      }
      const { position, ended } = run.data.scan;
      const isOpened = yield* this.opener.open(run, plan, {
        kind: 'retry',
        previousClaimId: claim._id,
        positionAfter: position,
        scanEnds: ended,
        gathered: toRetry,
      });
      const after = await this.#look(plan, claim, cancelled);
      if (after.toRetry.length > 0 && !isOpened) {
        // A scan that slept had taken the number for other documents: those here are still to be asked again.
        later(after.dueAt);
        return;
      }
      // Whom the claim that was opened does not hold is one that the store would not mark.
      found = { ...after.counts, left: after.counts.left + after.toRetry.length };
    }
    // The retry claim holds its documents by now: a crash before this line finds them carrying it, and opens no other.
    yield this.claims.transition(claim._id, {
      from: 'built',
      to: 'done',
      changes: { counts: withUntouched(claim, found) },
    });
  }

  async #look(plan: RunPlan, claim: Claim, cancelled: boolean): Promise<Look> {
    let counts = noDocuments;
    let dueAt = new Date(0);
    const toRetry: Member[] = [];
    for await (const slice of this.#membersOf(claim)) {
      const seen = await this.#read(plan, slice);
      const found = (await this.#repair(plan, claim, slice, seen)) ? await this.#read(plan, slice) : seen;
      for (const { id } of slice) {
        const marks = found.get(encodeId(id));
        const ending = this.#endingOf(plan, claim, marks, cancelled);
        if (ending === 'elsewhere') continue;
        if (ending !== 'retry') {
          counts = { ...counts, [ending]: counts[ending] + 1 };
          continue;
        }
        const functions = plan.functions.filter((name) => marks?.stateOf(name) === 'retry');
        toRetry.push({ id, previousClaimId: claim._id, functions, restart: false });
        if (marks?.notBefore && marks.notBefore > dueAt) dueAt = marks.notBefore;
      }
    }
    return { counts, toRetry, dueAt };
  }

  #endingOf(
    plan: RunPlan,
    claim: Claim,
    marks: ReadMarks | undefined,
    cancelled: boolean,
  ): keyof DocumentCounts | 'retry' | 'elsewhere' {
    const { status } = plan.endpointPlan;
    if (marks === undefined) return 'takenOver';
    // A retry claim of the same run counts it.
    if (marks.claimId !== claim._id) return marks.runId === claim.runId ? 'elsewhere' : 'takenOver';
    if (marks.status === status.completed) return 'succeeded';
    if (marks.status === status.failed) return 'failed';
    if (marks.status !== status.pending) return 'takenOver';
    const isWanted = plan.functions.some((name) => marks.stateOf(name) === 'retry');
    return cancelled || !isWanted || marks.freeRetries >= this.settings.maxFreeRetries ? 'left' : 'retry';
  }

  /** Whoever is still in progress under this claim now was forgotten by something unforeseen. False: nobody was. */
  async #repair(
    plan: RunPlan,
    claim: Claim,
    members: readonly Member[],
    seen: ReadonlyMap<string, ReadMarks>,
  ): Promise<boolean> {
    const repairs = members.flatMap(({ id }) => {
      const marks = seen.get(encodeId(id));
      if (marks?.claimId !== claim._id || marks.status !== plan.endpointPlan.status.inProgress) return [];
      const asked = plan.functions.filter((name) => marks.stateOf(name) === 'requested');
      return [repairUpdates(plan, id, claim._id, asked)];
    });
    if (repairs.length > 0) await this.documents.of(plan).bulk(repairs);
    return repairs.length > 0;
  }

  async #read(plan: RunPlan, members: readonly Member[]): Promise<Map<string, ReadMarks>> {
    const ids = members.map(({ id }) => id);
    const found = this.documents.of(plan).find({ _id: { $in: ids } }, { projection: marksProjection(plan) });
    const seen = new Map<string, ReadMarks>();
    for await (const document of found) seen.set(encodeId(document['_id']), readMarks(plan, document));
    return seen;
  }

  async *#membersOf(claim: Claim): AsyncGenerator<readonly Member[], void, undefined> {
    if (claim.members === null) return;
    let slice: Member[] = [];
    for await (const member of readMembers(this.blobs, claim.members)) {
      slice.push(member);
      if (slice.length < idsPerRead) continue;
      yield slice;
      slice = [];
    }
    if (slice.length > 0) yield slice;
  }
}

/** Those that were never marked were seen as nobody's, and are pending still. Of a retry its former claim counts them. */
function withUntouched({ kind, untouched = 0 }: Claim, counts: DocumentCounts): DocumentCounts {
  if (kind !== 'scan' || untouched === 0) return counts;
  const left = Math.min(untouched, counts.takenOver);
  return { ...counts, left: counts.left + left, takenOver: counts.takenOver - left };
}

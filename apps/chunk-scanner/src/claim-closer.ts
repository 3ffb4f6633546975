import { Blobs } from '@batchmill/blobs';
import { Clock, type DocumentError } from '@batchmill/contracts';
import { type ChunksSelected } from '@batchmill/contracts/events';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  Batches,
  Claims,
  Documents,
  Runs,
  documentOutcomeUpdates,
  failureUpdate,
  isOfRun,
  isPaused,
  markOf,
  noDocuments,
  readMembers,
  repairUpdates,
  requestedFilter,
  slicesOf,
  type Claim,
  type DocumentCounts,
  type Leased,
  type Member,
  type Marks,
  type Run,
  type Transition,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import { ClaimLooks } from './claim-looks.js';
import { ClaimOpener } from './claim-opener.js';
import { stopRun } from './stop-run.js';
import { readMemberMarks, type MemberMarks } from './member-marks.js';

/** How the members of a claim ended, by the marks on their documents. */
interface Outcomes {
  readonly counts: DocumentCounts;
  /** Members that still lack results: these are requested again. */
  readonly toRetry: readonly Member[];
  /** When the last of `toRetry` is due. */
  readonly retryAt: Date;
}

interface ClaimEnding {
  /** Documents in progress fail, instead of being pending again. */
  readonly mustFail: boolean;
  /** Nothing is requested again. */
  readonly isLast: boolean;
}

/** A document in progress whose batches have ended. */
interface LeftDocument {
  readonly id: unknown;
  readonly marks: Marks;
  readonly requested: readonly string[];
}

/** By the command `batch abandon --fail`. */
const abandoned: DocumentError = {
  kind: 'ProcessingError',
  code: 'provider.batch-abandoned',
  message: 'The batch was abandoned, its results could not be read, and its requests were to fail',
};

/** `nextClaim`: a later claim of the same run carries the document, and counts it. */
type Outcome = keyof DocumentCounts | 'retry' | 'nextClaim';

/**
 * Closes a claim when all its batches are ingested: counts how its documents ended, repairs documents that were left in
 * progress, and opens a retry claim for documents that still lack results.
 */
@Injectable()
export class ClaimCloser {
  readonly #looks: ClaimLooks;

  constructor(
    private readonly runs: Runs,
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly claimOpener: ClaimOpener,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
  ) {
    this.#looks = new ClaimLooks(claims, batches, clock);
  }

  /** Closes the run's claims that can be closed. Returns when the first retry of the others is due, null if none is known. */
  async *closeIngested(
    run: Leased<Run>,
    plan: RunPlan,
  ): AsyncGenerator<Transition<ChunksSelected>, Date | null, undefined> {
    let firstRetryAt: Date | null = null;
    const { claims, note } = await this.#looks.closeable(run.id);
    for (const claim of claims) {
      const retryAt = yield* this.#close(run, plan, claim);
      if (retryAt !== null && (firstRetryAt === null || retryAt < firstRetryAt)) firstRetryAt = retryAt;
      run.throwIfStopping();
    }
    note();
    return firstRetryAt;
  }

  /** Leaves the claim as it is while its retries are not due (returns when they are) or the run is paused. */
  async *#close(
    run: Leased<Run>,
    plan: RunPlan,
    claim: Claim,
  ): AsyncGenerator<Transition<ChunksSelected>, Date | null, undefined> {
    const { mustFail, stop } = await this.#endOf(claim);
    // Before the claim is done, so that no run ends without the reason.
    if (stop !== null) await stopRun(run, stop);
    const ending = { mustFail, isLast: run.data.cancelRequestedAt !== null || stop !== null };
    const { counts, toRetry, retryAt } = await this.#readOutcomes(plan, claim, ending);
    let finalCounts = counts;
    if (toRetry.length > 0) {
      if (isPaused(await this.runs.get(run.id))) return null;
      if (retryAt > this.clock.now()) return retryAt;
      const { position, ended } = run.data.scan;
      const isOpened = yield* this.claimOpener.open(run, plan, {
        kind: 'retry',
        previousClaimId: claim._id,
        positionAfter: position,
        scanEnds: ended,
        gathered: toRetry,
      });
      const after = await this.#readOutcomes(plan, claim, ending);
      // An earlier holder of the lease used the claim number for other documents: the retry is opened next time.
      if (!isOpened && after.toRetry.length > 0) return after.retryAt;
      // Documents that still lack results are not in the retry claim, because the store refused to mark them: they are left.
      finalCounts = { ...after.counts, left: after.counts.left + after.toRetry.length };
    }
    // After a crash before this line no second retry claim is opened: the documents carry the first one already.
    yield this.claims.transition(claim._id, {
      from: 'built',
      to: 'done',
      changes: { counts: withUntouched(claim, finalCounts) },
    });
    return null;
  }

  async #readOutcomes(plan: RunPlan, claim: Claim, { mustFail, isLast }: ClaimEnding): Promise<Outcomes> {
    let counts = noDocuments;
    let retryAt = new Date(0);
    const toRetry: Member[] = [];
    for await (const slice of slicesOf(this.#membersOf(claim))) {
      const marksOf = await this.#repairedMarks(plan, claim, slice, mustFail);
      for (const { id } of slice) {
        const marks = marksOf.get(encodeId(id));
        const outcome = this.#outcomeOf(plan, claim, marks, isLast);
        if (outcome === 'nextClaim') continue;
        if (outcome !== 'retry') {
          counts = { ...counts, [outcome]: counts[outcome] + 1 };
          continue;
        }
        const functions = plan.functions.filter((name) => marks?.stateOf(name) === 'retry');
        const together = marks?.together ?? null;
        toRetry.push({ id, previousClaimId: markOf(claim), functions, restart: false, together });
        if (marks?.notBefore && marks.notBefore > retryAt) retryAt = marks.notBefore;
      }
    }
    return { counts, toRetry, retryAt };
  }

  #membersOf({ members }: Claim): AsyncIterable<Member> | readonly Member[] {
    return members === null ? [] : readMembers(this.blobs, members);
  }

  /**
   * What the claim's batches decide. `mustFail`: one was abandoned so that its requests fail, and they could not be read.
   * `stop`: why the run goes no further; null: it goes on.
   */
  async #endOf(claim: Claim): Promise<{ mustFail: boolean; stop: string | null }> {
    let mustFail = false;
    let stop: string | null = null;
    for await (const { abandonment, failure, stopsRun } of this.batches.ofClaim(claim._id)) {
      if (abandonment?.fail === true && failure?.code === 'batch.not-ingested') mustFail = true;
      stop ??= stopsRun ?? null;
    }
    return { mustFail, stop };
  }

  /**
   * All batches are ingested, so no document should be in progress under this claim. Those that are go back, or fail.
   */
  async #repairedMarks(
    plan: RunPlan,
    claim: Claim,
    members: readonly Member[],
    mustFail: boolean,
  ): Promise<MemberMarks> {
    const documents = this.documents.of(plan);
    const marksOf = await readMemberMarks(documents, plan, members);
    const left = members.flatMap(({ id }) => {
      const marks = marksOf.get(encodeId(id));
      if (marks?.claimId !== markOf(claim) || marks.status !== plan.endpointPlan.status.inProgress) return [];
      return [{ id, marks, requested: plan.functions.filter((name) => marks.stateOf(name) === 'requested') }];
    });
    if (left.length === 0) return marksOf;
    if (mustFail) await this.#fail(plan, claim, left);
    else await documents.bulk(left.flatMap(({ id, requested }) => repairUpdates(plan, id, markOf(claim), requested)));
    return readMemberMarks(documents, plan, members);
  }

  async #fail(plan: RunPlan, claim: Claim, left: readonly LeftDocument[]): Promise<void> {
    const documents = this.documents.of(plan);
    const mark = markOf(claim);
    const now = this.clock.now();
    const failures = left.flatMap(({ id, marks, requested }) =>
      requested.map((name) => ({
        filter: requestedFilter(plan, id, mark, name),
        update: failureUpdate(plan, name, abandoned, marks.attemptsOf(name) + 1, now),
      })),
    );
    await documents.bulk(failures);
    await documents.bulk(left.flatMap(({ id }) => documentOutcomeUpdates(plan, id, mark, now)));
  }

  #outcomeOf(plan: RunPlan, claim: Claim, marks: Marks | undefined, isLast: boolean): Outcome {
    const { status } = plan.endpointPlan;
    if (marks === undefined) return 'takenOver';
    if (marks.claimId !== markOf(claim)) {
      const { runId, installation = this.settings.installation } = claim;
      return isOfRun(marks, { installation, runId }) ? 'nextClaim' : 'takenOver';
    }
    const lacksResults = plan.functions.some((name) => marks.stateOf(name) === 'retry');
    const hasEnded = marks.status === status.completed || marks.status === status.failed;
    if (hasEnded && !lacksResults) {
      // A document also fails by a function of another run.
      const areDone = plan.functions.every((name) => marks.stateOf(name) === 'done');
      return marks.status === status.completed || areDone ? 'succeeded' : 'failed';
    }
    if (!hasEnded && marks.status !== status.pending) return 'takenOver';
    const mayRetry = !isLast && marks.freeRetries < this.settings.maxFreeRetries;
    return lacksResults && mayRetry ? 'retry' : 'left';
  }
}

/**
 * Documents that the store refused to mark do not carry the claim, so they were counted as taken over. They are pending,
 * and count as left. Those of a retry claim are counted by its previous claim.
 */
function withUntouched({ kind, untouched = 0 }: Claim, counts: DocumentCounts): DocumentCounts {
  if (kind !== 'scan' || untouched === 0) return counts;
  const left = Math.min(untouched, counts.takenOver);
  return { ...counts, left: counts.left + left, takenOver: counts.takenOver - left };
}

import { Blobs } from '@batchmill/blobs';
import { Ids } from '@batchmill/contracts';
import { ChunksSelected } from '@batchmill/contracts/events';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  Claims,
  Documents,
  addMissing,
  isEligible,
  markOf,
  readMembers,
  slicesOf,
  writeMembers,
  type Claim,
  type Leased,
  type Member,
  type Run,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import { MemberMarker } from './member-marker.js';
import { readMemberMarks } from './member-marks.js';

/** What is known of a claim before it is opened. `gathered`: its members, which are written to a blob. */
export type NewClaim = Pick<Claim, 'kind' | 'previousClaimId' | 'positionAfter' | 'scanEnds'> & {
  readonly gathered: readonly Member[];
};

/**
 * Opens claims and seals them, under the run's lease:
 *
 * 1. The claim is inserted, with its members.
 * 2. The claim is marked on the members' documents.
 * 3. Where some could not be marked, the documents are read back: those that carry the claim are sealed into it.
 * 4. The run's scan moves past the claim.
 * 5. The claim is sealed.
 *
 * After a crash, `sealOpen` repeats steps 2 to 5. None of them does its work twice.
 */
@Injectable()
export class ClaimOpener {
  constructor(
    private readonly claims: Claims,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly marker: MemberMarker,
    private readonly settings: EngineSettings,
    private readonly ids: Ids,
  ) {}

  /**
   * Opens and seals the run's next claim. Returns false if a claim with that number exists: it is sealed instead,
   * and the new one is not opened.
   */
  async *open(
    run: Leased<Run>,
    plan: RunPlan,
    { gathered, ...claim }: NewClaim,
  ): AsyncGenerator<Transition<ChunksSelected>, boolean, undefined> {
    const number = run.data.scan.nextNumber;
    const members = await writeMembers(this.blobs, gathered);
    const { traceparent } = run.data;
    const { installation } = this.settings;
    const mark = `${this.claims.idOf(run.id, number)}~${this.ids.next().slice(0, 8)}`;
    yield this.claims.insert(this.claims.new(run.id, number, { ...claim, mark, installation, members, traceparent }));
    const stored = await this.claims.get(this.claims.idOf(run.id, number));
    if (stored === null) return false;
    const isOurs = stored.members === members;
    if (!isOurs) await this.blobs.delete(members);
    yield* this.#seal(run, plan, stored);
    return isOurs;
  }

  /** Seals the claims that were left open when the process stopped or lost its lease. */
  async *sealOpen(run: Leased<Run>, plan: RunPlan): Transitions<ChunksSelected> {
    const open = await Array.fromAsync(this.claims.ofRunIn(run.id, 'open'));
    for (const claim of open) yield* this.#seal(run, plan, claim);
  }

  async *#seal(run: Leased<Run>, plan: RunPlan, claim: Claim): Transitions<ChunksSelected> {
    if (claim.state !== 'open' || claim.members === null) return;
    const members = await Array.fromAsync(readMembers(this.blobs, claim.members));
    const areAllMarked = await this.marker.mark(plan, claim, members);
    const { sealed, untouched } = areAllMarked
      ? { sealed: members, untouched: 0 }
      : await this.#readBack(plan, claim, members);
    const sealedMembers = await writeMembers(this.blobs, sealed);
    const { scan } = run.data;
    if (scan.nextNumber === claim.number) {
      const isScanned = claim.kind === 'scan';
      const missing = isScanned ? addMissing(scan.missing ?? [], sealed) : (scan.missing ?? []);
      const stale = (scan.stale ?? 0) + (isScanned ? sealed.filter((member) => member.stale === true).length : 0);
      await run.save({
        scan: {
          ...scan,
          ...(stale > 0 && { stale }),
          ...(missing.length > 0 && { missing }),
          position: claim.positionAfter,
          ended: claim.scanEnds,
          nextNumber: claim.number + 1,
          selected: scan.selected + (isScanned ? sealed.length : 0),
        },
      });
    }
    yield this.claims.transition(
      claim._id,
      { from: 'open', to: 'sealed', changes: { sealedMembers, documents: sealed.length, untouched } },
      new ChunksSelected({ runId: run.id, claimId: claim._id, documents: sealed.length }),
    );
  }

  /**
   * `sealed`: the members that carry the claim, in the members' order.
   * `untouched`: how many still wait and carry what they carried before, because the store refused to mark them.
   */
  async #readBack(
    plan: RunPlan,
    claim: Claim,
    members: readonly Member[],
  ): Promise<{ sealed: Member[]; untouched: number }> {
    const sealed: Member[] = [];
    let untouched = 0;
    for await (const slice of slicesOf(members)) {
      const marksOf = await readMemberMarks(this.documents.of(plan), plan, slice);
      for (const member of slice) {
        const marks = marksOf.get(encodeId(member.id));
        if (marks === undefined) continue;
        if (marks.claimId === markOf(claim) && marks.status === plan.endpointPlan.status.inProgress)
          sealed.push(member);
        else if (marks.claimId === member.previousClaimId && isEligible(plan, marks)) untouched += 1;
      }
    }
    return { sealed, untouched };
  }
}

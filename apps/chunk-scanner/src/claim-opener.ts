import type { Blobs } from '@batchmill/blobs';
import { ChunksSelected, type Clock } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  carryingFilter,
  isPending,
  marksProjection,
  readMarks,
  readMembers,
  writeMembers,
  type Claim,
  type Claims,
  type Documents,
  type Leased,
  type Member,
  type Run,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import { MemberMarker } from './member-marker.js';
import { slicesOf } from './slices-of.js';

const idsPerRead = 1000;

/**
 * Opens claims and seals them, under the run's lease. Every step may be repeated: what was marked before is not marked
 * again, and the claim is sealed once.
 */
export class ClaimOpener {
  readonly #marker: MemberMarker;

  constructor(
    private readonly claims: Claims,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    clock: Clock,
    log: Log,
  ) {
    this.#marker = new MemberMarker(documents, clock, log);
  }

  /** The next claim of the run, of these members. False: its number is in use already, and that claim was finished instead. */
  async *open(
    run: Leased<Run>,
    plan: RunPlan,
    about: Pick<Claim, 'kind' | 'previousClaimId' | 'positionAfter' | 'scanEnds'> & { gathered: readonly Member[] },
  ): AsyncGenerator<Transition<ChunksSelected>, boolean, undefined> {
    const { gathered, ...own } = about;
    const number = run.data.scan.nextNumber;
    const members = await writeMembers(this.blobs, gathered);
    const { traceparent } = run.data;
    yield this.claims.insertion(this.claims.new(run.id, number, { ...own, members, traceparent }));
    const stored = await this.claims.get(this.claims.idOf(run.id, number));
    if (stored === null) return false;
    const isOurs = stored.members === members;
    if (!isOurs) await this.blobs.delete(members);
    yield* this.finish(run, plan, stored);
    return isOurs;
  }

  /** Marks the members of an open claim, sees who carries it, and seals it. */
  async *finish(run: Leased<Run>, plan: RunPlan, claim: Claim): Transitions<ChunksSelected> {
    if (claim.state !== 'open' || claim.members === null) return;
    const members = await Array.fromAsync(readMembers(this.blobs, claim.members));
    await this.#marker.mark(plan, claim, members);
    const sealed = await this.#carrying(plan, claim, members);
    const sealedMembers = await writeMembers(this.blobs, sealed);
    const untouched = await this.#untouched(plan, members, sealed);
    const { scan } = run.data;
    if (scan.nextNumber === claim.number) {
      await run.save({
        scan: {
          position: claim.positionAfter,
          ended: claim.scanEnds,
          nextNumber: claim.number + 1,
          selected: scan.selected + (claim.kind === 'scan' ? sealed.length : 0),
        },
      });
    }
    yield this.claims.transition(
      claim._id,
      { from: 'open', to: 'sealed', changes: { sealedMembers, documents: sealed.length, untouched } },
      new ChunksSelected({ runId: run.id, claimId: claim._id, documents: sealed.length }),
    );
  }

  /** In the members' order, so that a builder reads the documents as they lie. */
  async #carrying(plan: RunPlan, claim: Claim, members: readonly Member[]): Promise<Member[]> {
    const sealed: Member[] = [];
    for (const slice of slicesOf(members, idsPerRead)) {
      const ids = slice.map(({ id }) => id);
      const carrying = new Set<string>();
      const found = this.documents
        .of(plan)
        .find(carryingFilter(plan, ids, claim._id), { projection: marksProjection(plan) });
      for await (const document of found) {
        if (readMarks(plan, document).status === plan.endpointPlan.status.inProgress)
          carrying.add(encodeId(document['_id']));
      }
      sealed.push(...slice.filter(({ id }) => carrying.has(encodeId(id))));
    }
    return sealed;
  }

  /** How many carry what they carried when they were found, and are pending still. */
  async #untouched(plan: RunPlan, members: readonly Member[], sealed: readonly Member[]): Promise<number> {
    if (sealed.length === members.length) return 0;
    const carrying = new Set(sealed);
    const others = members.filter((member) => !carrying.has(member));
    let count = 0;
    for (const slice of slicesOf(others, idsPerRead)) {
      const former = new Map(slice.map((member) => [encodeId(member.id), member.previousClaimId]));
      const ids = slice.map(({ id }) => id);
      const found = this.documents.of(plan).find({ _id: { $in: ids } }, { projection: marksProjection(plan) });
      for await (const document of found) {
        const marks = readMarks(plan, document);
        if (isPending(plan, marks) && marks.claimId === former.get(encodeId(document['_id']))) count += 1;
      }
    }
    return count;
  }
}

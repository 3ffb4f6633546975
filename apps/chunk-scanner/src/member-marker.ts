import { Clock, type DocumentError } from '@batchmill/contracts';
import { encodeId, readPath } from '@batchmill/documents';
import { renderUpdateTemplate, type RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  claimFilter,
  claimUpdate,
  eligibleFilter,
  failedClaimUpdate,
  markOf,
  marksProjection,
  slicesOf,
  type Claim,
  type ClaimingRun,
  type Member,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import type { BulkUpdate, Fields } from '@batchmill/store';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** Members that get the same update: their previous claim is the same, and so is what is requested of them. */
interface MemberGroup extends Omit<Member, 'id'> {
  readonly ids: readonly unknown[];
}

interface MarkResult {
  /** False if some documents were not matched or were refused. */
  readonly isComplete: boolean;
  /** Encoded ids of the documents that the store refused to mark. */
  readonly refused: readonly string[];
}

/**
 * Marks a claim on its members' documents. A document that another run took over since it was found stays as it is. A
 * document that cannot be marked fails by itself, with the reason. Marking the same claim a second time changes nothing.
 */
@Injectable()
export class MemberMarker {
  constructor(
    private readonly documents: Documents,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** True: all of them carry the claim. False: some do not, or carried it before. */
  async mark(plan: RunPlan, claim: Claim, members: readonly Member[]): Promise<boolean> {
    let areAllMarked = true;
    for (const group of groupMembers(members)) {
      for await (const ids of slicesOf(group.ids)) {
        const first = await this.#markGroup(plan, claim, { ...group, ids });
        if (first.isComplete) continue;
        areAllMarked = false;
        const replaced = await this.#replaceNullMarks(plan, claim, ids);
        const second = await this.#markGroup(plan, claim, { ...group, ids: replaced });
        await this.#failUnmarkable(plan, claim, { ...group, ids }, new Set([...first.refused, ...second.refused]));
      }
    }
    return areAllMarked;
  }

  /** A bulk instead of updateMany: a document that the store refuses must not stop the others. */
  async #markGroup(plan: RunPlan, claim: Claim, { ids, ...group }: MemberGroup): Promise<MarkResult> {
    if (ids.length === 0) return { isComplete: true, refused: [] };
    const now = this.clock.now();
    const run = this.#runOf(claim);
    const template = renderUpdateTemplate(plan, { now, runId: claim.runId });
    const update = claimUpdate(plan, { run, claimId: markOf(claim), ...group, now, template });
    const { previousClaimId, restart, retryFailed = false, functions } = group;
    // To redo all, functions that are done are requested again.
    const undone = restart || (retryFailed && plan.redo === 'all') ? [] : functions;
    const filter = claimFilter(plan, null, { previousClaimId, run, now, undone });
    const updates = ids.map((id) => ({ filter: { ...filter, _id: id }, update }));
    const { matched, refused } = await this.documents.of(plan).bulk(updates);
    return { isComplete: matched === ids.length, refused: refused.map(({ index }) => encodeId(ids[index])) };
  }

  /** Replaces a marks field that is null by an empty object, so that it can be updated. Returns the ids of these documents. */
  async #replaceNullMarks(plan: RunPlan, claim: Claim, ids: readonly unknown[]): Promise<unknown[]> {
    const { infoField } = plan.endpointPlan;
    const unmarked = await this.#findUnmarked(plan, claim, ids);
    const idsWithNull = unmarked.filter((document) => readPath(document, infoField) === null).map(({ _id }) => _id);
    const updates = idsWithNull.map((_id) => ({
      filter: { _id, [infoField]: { $type: 'null' } },
      update: { $set: { [infoField]: {} } },
    }));
    if (updates.length > 0) await this.documents.of(plan).bulk(updates);
    return idsWithNull;
  }

  /** Fails the documents that cannot be marked. Those that changed since they were read are left alone. */
  async #failUnmarkable(
    plan: RunPlan,
    claim: Claim,
    { ids, previousClaimId, missing = false }: MemberGroup,
    refused: ReadonlySet<string>,
  ): Promise<void> {
    const { infoField } = plan.endpointPlan;
    const run = this.#runOf(claim);
    const claimFields = { run, claimId: markOf(claim), now: this.clock.now() };
    const updates = (await this.#findUnmarked(plan, claim, ids)).flatMap((document): BulkUpdate[] => {
      const { _id } = document;
      const marks = readPath(document, infoField);
      if (marks !== undefined && !isPlainObject(marks)) {
        const filter = { ...eligibleFilter(plan, run), _id, [infoField]: marks };
        return [
          {
            filter,
            update: failedClaimUpdate(plan, { ...claimFields, error: notAnObject(plan), previousValue: marks }),
          },
        ];
      }
      // One that has ended keeps its answers, and lacks what it lacked.
      if (!refused.has(encodeId(_id)) || missing) return [];
      const filter = claimFilter(plan, _id, { previousClaimId, ...claimFields });
      return [{ filter, update: failedClaimUpdate(plan, { ...claimFields, error: refusedByStore(plan) }) }];
    });
    if (updates.length === 0) return;
    const { refused: stillRefused } = await this.documents.of(plan).bulk(updates);
    this.#warnOfPending(
      plan,
      claim,
      stillRefused.map(({ index }) => updates[index]?.filter['_id']),
    );
  }

  #warnOfPending(plan: RunPlan, claim: Claim, ids: readonly unknown[]): void {
    if (ids.length === 0) return;
    this.log.warn('documents stay pending: the store refuses to write their status', {
      operation: 'chunk-scanner',
      runId: claim.runId,
      claimId: claim._id,
      documents: ids.length,
      firstDocumentId: encodeId(ids[0]),
      fields: [plan.endpointPlan.status.field, plan.endpointPlan.infoField, plan.endpointPlan.errorField],
    });
  }

  /** The documents among these that still wait to be claimed. */
  async #findUnmarked(plan: RunPlan, claim: Claim, ids: readonly unknown[]): Promise<Fields[]> {
    const filter = { ...eligibleFilter(plan, this.#runOf(claim)), _id: { $in: ids } };
    return Array.fromAsync(this.documents.of(plan).find(filter, { projection: marksProjection(plan) }));
  }

  #runOf({ runId, installation = this.settings.installation }: Claim): ClaimingRun {
    return { installation, runId };
  }
}

/** Keeps the members' order within each group. */
function groupMembers(members: readonly Member[]): MemberGroup[] {
  const groups = new Map<string, Omit<Member, 'id'> & { ids: unknown[] }>();
  for (const { id, previousClaimId, functions, restart, retryFailed = false, missing = false } of members) {
    const key = JSON.stringify([previousClaimId, functions, restart, retryFailed, missing]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { previousClaimId, functions, restart, retryFailed, missing, ids: [id] });
    else group.ids.push(id);
  }
  return [...groups.values()];
}

/** True for a value that an update can address by a dotted path. */
function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]';
}

function notAnObject({ endpointPlan }: RunPlan): DocumentError {
  const message =
    `the field ${endpointPlan.infoField}, in which marks are kept, held a value that is not an object; ` +
    'that value is kept beside this error as previousValue';
  return { kind: 'ProcessingError', code: 'document.not-markable', message };
}

function refusedByStore({ endpoint, endpointPlan }: RunPlan): DocumentError {
  const message =
    'the store refused to mark the document as in progress; ' +
    `check ${endpoint}.updateTemplate, the types of the fields that it writes, and the allowed values of ${endpointPlan.status.field}`;
  return { kind: 'ProcessingError', code: 'document.not-markable', message };
}

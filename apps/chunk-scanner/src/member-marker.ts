import type { Clock, DocumentError } from '@batchmill/contracts';
import { encodeId, readPath } from '@batchmill/documents';
import { claimUpdate as claimTemplate, type RunPlan } from '@batchmill/pipeline';
import {
  claimFilter,
  claimUpdate,
  marksProjection,
  unmarkableUpdate,
  wantedFilter,
  type Claim,
  type Documents,
  type Member,
} from '@batchmill/records';
import type { BulkUpdate, Fields, Filter } from '@batchmill/store';
import type { Log } from '@batchmill/telemetry';
import { membersToMarkAlike, type Alike } from './members-to-mark-alike.js';
import { slicesOf } from './slices-of.js';

const idsPerUpdate = 1000;

interface Marked {
  readonly isWhole: boolean;
  /** Encoded ids of those that the store refused to mark. */
  readonly refused: readonly string[];
}

/** Marks members with their claim. Marking again changes nothing. */
export class MemberMarker {
  constructor(
    private readonly documents: Documents,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async mark(plan: RunPlan, claim: Claim, members: readonly Member[]): Promise<void> {
    for (const alike of membersToMarkAlike(members)) {
      for (const ids of slicesOf(alike.ids, idsPerUpdate)) {
        const { isWhole, refused } = await this.#markSlice(plan, claim, { ...alike, ids });
        if (isWhole) continue;
        const emptied = await this.#emptyBookkeeping(plan, claim, ids);
        const second = await this.#markSlice(plan, claim, { ...alike, ids: emptied });
        await this.#failUnmarkable(plan, claim, { ...alike, ids }, new Set([...refused, ...second.refused]));
      }
    }
  }

  /** Not updateMany: one document that the store refuses must not hold up the others. */
  async #markSlice(plan: RunPlan, claim: Claim, { ids, ...alike }: Alike): Promise<Marked> {
    if (ids.length === 0) return { isWhole: true, refused: [] };
    const now = this.clock.now();
    const template = claimTemplate(plan, { now, runId: claim.runId });
    const update = claimUpdate(plan, { runId: claim.runId, claimId: claim._id, ...alike, now, template });
    const filter = claimFilter(plan, null, { previousClaimId: alike.previousClaimId, runId: claim.runId, now });
    const marks = ids.map((id) => ({ filter: { ...filter, _id: id }, update }));
    const { matched, refused } = await this.documents.of(plan).bulk(marks);
    return { isWhole: matched === ids.length, refused: refused.map(({ index }) => encodeId(ids[index])) };
  }

  /** A bookkeeping field that holds null holds nothing: it is made an object. Returns whose it was. */
  async #emptyBookkeeping(plan: RunPlan, claim: Claim, ids: readonly unknown[]): Promise<unknown[]> {
    const { infoField } = plan.endpointPlan;
    const nulls = (await this.#wanted(plan, claim, ids)).filter((document) => readPath(document, infoField) === null);
    const updates = nulls.map(({ _id }) => ({
      filter: { _id, [infoField]: { $type: 'null' } },
      update: { $set: { [infoField]: {} } },
    }));
    if (updates.length > 0) await this.documents.of(plan).bulk(updates);
    return nulls.map(({ _id }) => _id);
  }

  /** Each fails by itself, with the reason. Those that somebody else has changed meanwhile are let be. */
  async #failUnmarkable(
    plan: RunPlan,
    claim: Claim,
    { ids, previousClaimId }: Alike,
    refused: ReadonlySet<string>,
  ): Promise<void> {
    const now = this.clock.now();
    const about = { runId: claim.runId, claimId: claim._id, now };
    const failing = (await this.#wanted(plan, claim, ids)).flatMap((document): BulkUpdate[] => {
      const held = readPath(document, plan.endpointPlan.infoField);
      if (held !== undefined && !isObject(held)) {
        const update = unmarkableUpdate(plan, { ...about, error: noObject(plan), previousValue: held });
        return [{ filter: asFound(plan, claim, document, held), update }];
      }
      if (!refused.has(encodeId(document['_id']))) return [];
      const update = unmarkableUpdate(plan, { ...about, error: refusedUpdate(plan) });
      return [{ filter: claimFilter(plan, document['_id'], { previousClaimId, ...about }), update }];
    });
    if (failing.length === 0) return;
    const { refused: untouchable } = await this.documents.of(plan).bulk(failing);
    const [first] = untouchable;
    if (first === undefined) return;
    this.log.warn('documents stay pending: the store refuses to write their status', {
      operation: 'chunk-scanner',
      runId: claim.runId,
      claimId: claim._id,
      documents: untouchable.length,
      firstDocumentId: encodeId(failing[first.index]?.filter['_id']),
      fields: [plan.endpointPlan.status.field, plan.endpointPlan.infoField, plan.endpointPlan.errorField],
    });
  }

  async #wanted(plan: RunPlan, { runId }: Claim, ids: readonly unknown[]): Promise<Fields[]> {
    const filter = { ...wantedFilter(plan, runId), _id: { $in: ids } };
    return Array.fromAsync(this.documents.of(plan).find(filter, { projection: marksProjection(plan) }));
  }
}

function asFound(plan: RunPlan, { runId }: Claim, { _id }: Fields, held: unknown): Filter {
  return { ...wantedFilter(plan, runId), _id, [plan.endpointPlan.infoField]: held };
}

/** What a dotted path goes on into. */
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]';
}

function noObject({ endpointPlan }: RunPlan): DocumentError {
  const message = `the bookkeeping field ${endpointPlan.infoField} held something else than an object; it is kept beside this as previousValue`;
  return { kind: 'ProcessingError', code: 'document.not-markable', message };
}

function refusedUpdate({ endpoint, endpointPlan }: RunPlan): DocumentError {
  const message =
    'the store refused to mark the document as in progress; ' +
    `see ${endpoint}.updateTemplate and the types of its fields, and what ${endpointPlan.status.field} may hold`;
  return { kind: 'ProcessingError', code: 'document.not-markable', message };
}

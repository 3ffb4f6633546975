import { Clock } from '@batchmill/contracts';
import { presentText, type RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  EmbeddedTexts,
  adoptedUpdate,
  claimFilter,
  rowFieldsOrError,
  rowUpdateOf,
  slicesOf,
  textProjection,
  vectorKey,
  type ClaimingRun,
  type Member,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import type { BulkUpdate, Fields } from '@batchmill/store';
import { Log } from '@batchmill/telemetry';
import { Vectors, type VectorEntry } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';

/**
 * Completes documents whose vector is there already, made of the text that they have now by the model that the run would ask: after
 * a state was lost, or marks were removed. They are not bought again. A run that redoes all documents adopts none, and neither does one whose
 * collection has vectors of another provider, such as the simulator: a row does not say who has made it.
 */
@Injectable()
export class VectorAdopter {
  constructor(
    private readonly documents: Documents,
    private readonly vectors: Vectors,
    private readonly embeddedTexts: EmbeddedTexts,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Returns the members that must be requested. Reads only documents that have a vector of a known text. */
  async adopt(runId: string, plan: RunPlan, members: readonly Member[]): Promise<readonly Member[]> {
    const target = plan.endpointPlan.vectors;
    if (target === null || plan.redo === 'all' || members.length === 0) return members;
    if (!(await this.embeddedTexts.hasOneSource(plan))) return members;
    const adopted = new Set<Member>();
    const run = { installation: this.settings.installation, runId };
    for await (const slice of slicesOf(members)) {
      const rows = await this.vectors.find(
        target.collection,
        slice.map(({ id }) => vectorKey(id)),
      );
      const withRow = slice.filter(
        ({ id }) => rows.get(vectorKey(id))?.fields[target.originFields.textHash] !== undefined,
      );
      if (withRow.length > 0) for (const one of await this.#adoptSlice(plan, run, withRow, rows)) adopted.add(one);
    }
    if (adopted.size === 0) return members;
    this.log.info('documents are completed with the vectors that they have, which were made of their texts', {
      operation: 'chunk-scanner',
      runId,
      documents: adopted.size,
    });
    return members.filter((member) => !adopted.has(member));
  }

  /** Returns the members that were completed. */
  async #adoptSlice(
    plan: RunPlan,
    run: ClaimingRun,
    members: readonly Member[],
    rows: ReadonlyMap<string, VectorEntry>,
  ): Promise<readonly Member[]> {
    const target = plan.endpointPlan.vectors;
    if (target === null) return [];
    const documents = await this.#read(plan, members);
    const now = this.clock.now();
    const found: { member: Member; update: BulkUpdate; row: VectorEntry; document: Fields }[] = [];
    for (const member of members) {
      const key = vectorKey(member.id);
      const [document, row] = [documents.get(key), rows.get(key)];
      const [name] = member.functions;
      if (document === undefined || row === undefined || name === undefined) continue;
      const origin = await originOf(plan, name, document, row);
      // One whose fields do not fit fails when its request is built, and says why.
      if (origin === null || 'error' in rowFieldsOrError(target, document)) continue;
      const filter = claimFilter(plan, member.id, { previousClaimId: member.previousClaimId, run, now });
      found.push({
        member,
        row,
        document,
        update: { filter, update: adoptedUpdate(plan, name, { ...origin, at: now }) },
      });
    }
    if (found.length === 0) return [];
    await this.vectors.updateFields(
      target.collection,
      found.flatMap(({ row, document }) => rowUpdateOf(plan, document, row) ?? []),
    );
    const { refused } = await this.documents.of(plan).bulk(found.map(({ update }) => update));
    const isRefused = new Set(refused.map(({ index }) => index));
    // One that others have claimed since is not marked by the claim either.
    return found.filter((_, index) => !isRefused.has(index)).map(({ member }) => member);
  }

  async #read(plan: RunPlan, members: readonly Member[]): Promise<ReadonlyMap<string, Fields>> {
    const projection = textProjection(plan);
    const found = this.documents
      .of(plan)
      .find({ _id: { $in: members.map(({ id }) => id) } }, projection === undefined ? {} : { projection });
    const documents = new Map<string, Fields>();
    for await (const document of found) documents.set(vectorKey(document['_id']), document);
    return documents;
  }
}

/** Null: the vector is of another text or model than would be sent. */
async function originOf(
  plan: RunPlan,
  name: string,
  document: Fields,
  { fields }: VectorEntry,
): Promise<{ textHash: string; model: string; dimensions: number } | null> {
  const target = plan.endpointPlan.vectors;
  const model = plan.planned.get(name)?.definition.model;
  if (target === null || model === undefined || fields[target.originFields.model] !== model) return null;
  const present = await presentText(plan, name, document);
  if (present?.kind !== 'text' || present.hash !== fields[target.originFields.textHash]) return null;
  return { textHash: present.hash, model, dimensions: target.dimensions };
}

import type { Blobs } from '@batchmill/blobs';
import { encodeId } from '@batchmill/documents';
import { renderRequests, type ModelFunctions, type RunPlan } from '@batchmill/pipeline';
import type { Rendering } from '@batchmill/provider';
import {
  markOf,
  stillClaimedFilter,
  readMembers,
  type BuildPosition,
  type Claim,
  type Member,
  type ReuseByFunction,
} from '@batchmill/records';
import type { Collection, Fields } from '@batchmill/store';

/** The requests of one document to one model: they stay in one batch. */
export interface Unit {
  readonly position: BuildPosition;
  readonly document: Fields;
  readonly rendering: Rendering;
  /** The most documents of its batch; null: any number. */
  readonly together: number | null;
  /** Of the functions that reuse answers. */
  readonly reuse: ReuseByFunction;
}

const noReuse: ReuseByFunction = new Map();

const membersPerRead = 200;
/** Prompts and functions in a pipeline may be asynchronous: this many documents are rendered concurrently. */
const renderConcurrency = 16;

/**
 * The units of a sealed claim from a position on, model by model, member by member. A document has no unit when it does not
 * exist any more, carries another claim, or has no request to the model.
 */
export async function* readUnits(
  {
    plan,
    claim,
    models,
    from,
    until = Infinity,
  }: {
    plan: RunPlan;
    claim: Claim;
    models: readonly ModelFunctions[];
    from: BuildPosition;
    /** Only the members before this one. Default: all. */
    until?: number;
  },
  documents: Collection,
  blobs: Blobs,
): AsyncGenerator<Unit, void, undefined> {
  if (claim.sealedMembers === null) return;
  const render = async ({
    functions,
    ...unit
  }: Omit<Unit, 'rendering'> & { functions: readonly string[] }): Promise<Unit> => ({
    ...unit,
    rendering: await renderRequests(plan, unit.document, functions),
  });
  for (let model = from.model; model < models.length; model += 1) {
    const functionsOfModel = models[model]?.functions ?? [];
    const firstMember = model === from.model ? from.member : 0;
    for await (const slice of memberSlices(blobs, claim.sealedMembers, firstMember)) {
      const { start } = slice;
      if (start >= until) break;
      const members = slice.members.slice(0, until - start);
      const documentOf = await readDocuments(plan, claim, documents, members);
      const toRender = members.flatMap(({ id, functions: requested, together = null }, index) => {
        const document = documentOf.get(encodeId(id));
        const functions = functionsOfModel.filter((name) => requested.includes(name));
        if (document === undefined || functions.length === 0) return [];
        return [{ position: { model, member: start + index }, document, functions, together, reuse: noReuse }];
      });
      for (let index = 0; index < toRender.length; index += renderConcurrency) {
        yield* await Promise.all(toRender.slice(index, index + renderConcurrency).map(render));
      }
    }
  }
}

/** The documents that carry the claim, by `encodeId` of their ids. */
async function readDocuments(
  plan: RunPlan,
  claim: Claim,
  documents: Collection,
  members: readonly Member[],
): Promise<Map<string, Fields>> {
  const documentOf = new Map<string, Fields>();
  const ids = members.map(({ id }) => id);
  for await (const document of documents.find(stillClaimedFilter(plan, ids, markOf(claim)))) {
    documentOf.set(encodeId(document['_id']), document);
  }
  return documentOf;
}

/** `start` is the index of the slice's first member in the claim. */
async function* memberSlices(
  blobs: Blobs,
  sealedMembers: string,
  firstMember: number,
): AsyncGenerator<{ members: readonly Member[]; start: number }, void, undefined> {
  let index = 0;
  let start = firstMember;
  let members: Member[] = [];
  for await (const member of readMembers(blobs, sealedMembers)) {
    index += 1;
    if (index <= firstMember) continue;
    members.push(member);
    if (members.length < membersPerRead) continue;
    yield { members, start };
    start += members.length;
    members = [];
  }
  if (members.length > 0) yield { members, start };
}

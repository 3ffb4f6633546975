import type { Blobs } from '@batchmill/blobs';
import { encodeId } from '@batchmill/documents';
import { renderRequests, type RunPlan } from '@batchmill/pipeline';
import type { Rendering } from '@batchmill/provider';
import { carryingFilter, readMembers, type BuildPosition, type Claim, type Member } from '@batchmill/records';
import type { Collection, Fields } from '@batchmill/store';
import type { ModelFunctions } from './models-of.js';

/** One document's share of one model: its requests stay in one batch. */
export interface Unit {
  readonly position: BuildPosition;
  readonly document: Fields;
  readonly rendering: Rendering;
}

const documentsPerRead = 200;
/** The author's functions may wait for something: they do so side by side. */
const renderedAtOnce = 16;

/**
 * The units of a sealed claim from a position on, model by model, member by member. Documents that are gone, or that
 * carry another claim by now, and members that this model is not asked about, give none.
 */
export async function* readUnits(
  {
    plan,
    claim,
    models,
    from,
  }: { plan: RunPlan; claim: Claim; models: readonly ModelFunctions[]; from: BuildPosition },
  documents: Collection,
  blobs: Blobs,
): AsyncGenerator<Unit, void, undefined> {
  if (claim.sealedMembers === null) return;
  const rendered = async ({
    names,
    ...unit
  }: Omit<Unit, 'rendering'> & { names: readonly string[] }): Promise<Unit> => ({
    ...unit,
    rendering: await renderRequests(plan, unit.document, names),
  });
  for (let model = from.model; model < models.length; model += 1) {
    const functions = models[model]?.functions ?? [];
    const first = model === from.model ? from.member : 0;
    for await (const { members, start } of slicesFrom(blobs, claim.sealedMembers, first)) {
      const found = await documentsOf(plan, claim, documents, members);
      const asked = members.flatMap(({ id, functions: requested }, index) => {
        const document = found.get(encodeId(id));
        const names = functions.filter((name) => requested.includes(name));
        if (document === undefined || names.length === 0) return [];
        return [{ position: { model, member: start + index }, document, names }];
      });
      for (let at = 0; at < asked.length; at += renderedAtOnce) {
        yield* await Promise.all(asked.slice(at, at + renderedAtOnce).map(rendered));
      }
    }
  }
}

async function documentsOf(
  plan: RunPlan,
  claim: Claim,
  documents: Collection,
  members: readonly Member[],
): Promise<Map<string, Fields>> {
  const found = new Map<string, Fields>();
  const ids = members.map(({ id }) => id);
  for await (const document of documents.find(carryingFilter(plan, ids, claim._id))) {
    found.set(encodeId(document['_id']), document);
  }
  return found;
}

async function* slicesFrom(
  blobs: Blobs,
  sealedMembers: string,
  first: number,
): AsyncGenerator<{ members: readonly Member[]; start: number }, void, undefined> {
  let index = 0;
  let start = first;
  let members: Member[] = [];
  for await (const member of readMembers(blobs, sealedMembers)) {
    index += 1;
    if (index <= first) continue;
    members.push(member);
    if (members.length < documentsPerRead) continue;
    yield { members, start };
    start += members.length;
    members = [];
  }
  if (members.length > 0) yield { members, start };
}

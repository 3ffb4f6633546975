import { isBatchmillError } from '@batchmill/contracts';
import { formsOfId } from '@batchmill/documents';
import { lastingQueryOf, planRun, presentText, type Pipelines, type RunPlan } from '@batchmill/pipeline';
import type { Filter } from '@batchmill/store';
import type { VectorEntry, Vectors } from '@batchmill/vectors';
import { setImmediate as turn } from 'node:timers/promises';
import type { Documents } from '../documents.js';
import { textProjection } from '../marks/stale-documents.js';
import { slicesOf } from '../slices-of.js';
import { idOfKey, isHashedKey, vectorKey } from './vector-key.js';

interface Sources {
  readonly documents: Documents;
  readonly pipelines: Pipelines;
  readonly vectors: Vectors;
}

/** Where the alias of a pipeline points, and where it is to point. */
export interface AliasMove {
  readonly alias: string;
  readonly from: string;
  readonly to: string;
  /** True: it points to the new collection. False: vectors are missing there that the old one has. */
  readonly isDone: boolean;
  /** True: documents of the old collection are stale for the new one, so that a redo of these fills it. */
  readonly isOfOtherModel: boolean;
}

const pageSize = 500;

/**
 * Points the alias of a plan's vectors to its collection once that one is whole: as soon as no search finds less, or older texts, in it. Null:
 * the plan has no alias, or the alias points there already. `onPage` is called before each page of rows is compared.
 */
export async function moveAlias(sources: Sources, plan: RunPlan, onPage: () => void): Promise<AliasMove | null> {
  const target = plan.endpointPlan.vectors;
  if (target?.alias == null) return null;
  const { alias, collection: to } = target;
  const { vectors } = sources;
  const present = await vectors.collectionOf(alias);
  if (present === null || present.name === to) {
    if (present === null) await vectors.setAlias(alias, to);
    return null;
  }
  const isOfOtherModel = present.dimensions !== target.dimensions || present.model !== target.model;
  const move = { alias, from: present.name, to, isOfOtherModel };
  for await (const missing of missingVectors(sources, plan, { from: present.name, to })) {
    onPage();
    if (missing > 0) return { ...move, isDone: false };
  }
  await vectors.setAlias(alias, to);
  return { ...move, isDone: true };
}

/**
 * How many vectors that one collection of a plan's documents has another lacks, page by page: there is none, or only the former one is of
 * the present text. Not counted are those whose document is gone, or has no text any more that can be embedded.
 */
export async function* missingVectors(
  { documents, pipelines, vectors }: Sources,
  plan: RunPlan,
  { from, to }: { readonly from: string; readonly to: string },
): AsyncGenerator<number, void, undefined> {
  const plans = plansInto(pipelines, plan);
  const hashField = plan.endpointPlan.vectors?.originFields.textHash ?? '';
  for await (const page of slicesOf(vectors.entries(from), pageSize)) {
    // The embedded store answers at once. Others are to have their turn in between.
    await turn();
    const keys = page.map(({ key }) => key);
    const there = await vectors.find(to, keys);
    const suspects = new Map<string, Suspect>();
    for (const row of page) {
      const [hash, other] = [row.fields[hashField], there.get(row.key)];
      if (other === undefined) suspects.set(row.key, { row, onlyIfOf: null });
      else if (hash !== undefined && other.fields[hashField] !== undefined && other.fields[hashField] !== hash) {
        suspects.set(row.key, { row, onlyIfOf: hash });
      }
    }
    yield suspects.size === 0 ? 0 : (await missed(documents, plans, suspects)).size;
  }
}

/** A row that is missed. `onlyIfOf`: only if its document's present text has this hash, because the other collection has a row as well. */
interface Suspect {
  readonly row: VectorEntry;
  readonly onlyIfOf: string | null;
}

/** The keys of those rows that are missed. */
async function missed(
  documents: Documents,
  plans: readonly RunPlan[],
  suspects: ReadonlyMap<string, Suspect>,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const rows = [...suspects.values()].map(({ row }) => row);
  for (const plan of plans) {
    const [name] = plan.planned.keys();
    if (name === undefined) continue;
    const projection = textProjection(plan);
    for (const filter of filtersFor(plan, rows)) {
      for await (const document of documents.of(plan).find(filter, projection === undefined ? {} : { projection })) {
        const key = vectorKey(document['_id']);
        const suspect = suspects.get(key);
        const text = await presentText(plan, name, document);
        if (suspect === undefined || text?.kind === 'none') continue;
        const hash = text?.kind === 'text' ? text.hash : null;
        if (suspect.onlyIfOf === null || suspect.onlyIfOf === hash) keys.add(key);
      }
    }
  }
  // Whose row is written under other names of its fields cannot be told. It is missed rather than lost.
  const field = plans[0]?.endpointPlan.vectors?.idFields.chunkId ?? '';
  for (const { row, onlyIfOf } of suspects.values()) {
    if (onlyIfOf === null && isHashedKey(row.key) && row.fields[field] === undefined) keys.add(row.key);
  }
  return keys;
}

function filtersFor(plan: RunPlan, rows: readonly VectorEntry[]): Filter[] {
  const query = lastingQueryOf(plan) ?? {};
  const { chunkIdField } = plan.pipeline.source;
  const chunkId = plan.endpointPlan.vectors?.idFields.chunkId ?? '';
  const ids = rows.flatMap(({ key }) => idOfKey(key) ?? []).map(({ id }) => id);
  const chunkIds = rows.filter(({ key }) => isHashedKey(key)).flatMap(({ fields }) => formsOfId(fields[chunkId] ?? ''));
  return [
    ...(ids.length > 0 ? [{ $and: [query, { _id: { $in: ids } }] }] : []),
    ...(chunkIds.length > 0 ? [{ $and: [query, { [chunkIdField]: { $in: chunkIds } }] }] : []),
  ];
}

/** The plan, and those of the pipelines that write into the same collection, as far as they can be made without parameters. */
function plansInto(pipelines: Pipelines, plan: RunPlan): RunPlan[] {
  const others = pipelines.names().filter((name) => {
    const target = pipelines.get(name).embeddings?.vectors ?? null;
    return name !== plan.pipeline.name && target?.collection === plan.endpointPlan.vectors?.collection;
  });
  return [plan, ...others.flatMap((name) => planWithoutParameters(pipelines, name) ?? [])];
}

function planWithoutParameters(pipelines: Pipelines, name: string): RunPlan | null {
  try {
    return planRun(pipelines.get(name), { endpoint: 'embeddings', redo: 'all' });
  } catch (error) {
    if (!isBatchmillError(error) || error.kind !== 'ValidationError') throw error;
    return null;
  }
}

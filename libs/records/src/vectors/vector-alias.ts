import { isBatchmillError } from '@batchmill/contracts';
import { formsOfId } from '@batchmill/documents';
import {
  lastingQueryOf,
  planRun,
  presentText,
  type Pipeline,
  type Pipelines,
  type PresentText,
  type RunPlan,
} from '@batchmill/pipeline';
import type { Fields, Filter } from '@batchmill/store';
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
  const owners = ownersOf(documents, pipelines, plan);
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
    yield suspects.size === 0 ? 0 : (await missed(owners, suspects)).size;
  }
}

/** A row that is missed. `onlyIfOf`: only if its document's present text has this hash, because the other collection has a row as well. */
interface Suspect {
  readonly row: VectorEntry;
  readonly onlyIfOf: string | null;
}

/** The keys of those rows that are missed. */
async function missed(owners: readonly Owner[], suspects: ReadonlyMap<string, Suspect>): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const rows = [...suspects.values()].map(({ row }) => row);
  for (const { documentsOf, textOf } of owners) {
    for await (const document of documentsOf(rows)) {
      const key = vectorKey(document['_id']);
      const suspect = suspects.get(key);
      const text = suspect === undefined ? null : await textOf(document);
      if (suspect === undefined || text?.kind === 'none') continue;
      const hash = text?.kind === 'text' ? text.hash : null;
      if (suspect.onlyIfOf === null || suspect.onlyIfOf === hash) keys.add(key);
    }
  }
  return keys;
}

/** A pipeline that writes into the new collection. */
interface Owner {
  /** Its documents among those that these rows may be of. */
  readonly documentsOf: (rows: readonly VectorEntry[]) => AsyncIterable<Fields>;
  /** What a document would be embedded as; null: that cannot be said. */
  readonly textOf: (document: Fields) => Promise<PresentText | null>;
}

/** That of the plan, and those that write into the same collection. */
function ownersOf(documents: Documents, pipelines: Pipelines, plan: RunPlan): Owner[] {
  const names = pipelines.names().filter((name) => {
    const target = pipelines.get(name).embeddings?.vectors ?? null;
    return name !== plan.pipeline.name && target?.collection === plan.endpointPlan.vectors?.collection;
  });
  const others = names.map((name) => ({ pipeline: pipelines.get(name), plan: planWithoutParameters(pipelines, name) }));
  return [{ pipeline: plan.pipeline, plan }, ...others].map(({ pipeline, plan: own }) =>
    ownerOf(documents, pipeline, own),
  );
}

/** `plan`: null where it takes parameters, so that any document counts and its text is not known. */
function ownerOf(documents: Documents, { source }: Pipeline, plan: RunPlan | null): Owner {
  const query = (plan === null ? null : lastingQueryOf(plan)) ?? {};
  const [name] = plan?.planned.keys() ?? [];
  const projection = plan === null ? { _id: 1 as const } : textProjection(plan);
  return {
    async *documentsOf(rows) {
      const ids = rows.flatMap(({ key }) => idOfKey(key) ?? []).map(({ id }) => id);
      const hashed = rows.filter(({ key }) => isHashedKey(key));
      // The row of an earlier collection may have its ids in other fields.
      const chunkIds = hashed.flatMap(({ fields }) => Object.values(fields)).flatMap(formsOfId);
      const filters: Filter[] = [
        ...(ids.length > 0 ? [{ _id: { $in: ids } }] : []),
        ...(chunkIds.length > 0 ? [{ [source.chunkIdField]: { $in: chunkIds } }] : []),
      ];
      const finding = projection === undefined ? {} : { projection };
      for (const filter of filters)
        yield* documents.collection(source.collection).find({ $and: [query, filter] }, finding);
    },
    textOf: (document) =>
      plan === null || name === undefined ? Promise.resolve(null) : presentText(plan, name, document),
  };
}

function planWithoutParameters(pipelines: Pipelines, name: string): RunPlan | null {
  try {
    return planRun(pipelines.get(name), { endpoint: 'embeddings', redo: 'all' });
  } catch (error) {
    if (!isBatchmillError(error) || error.kind !== 'ValidationError') throw error;
    return null;
  }
}

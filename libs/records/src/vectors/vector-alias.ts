import { presentText, type Pipelines, type RunPlan } from '@batchmill/pipeline';
import type { VectorEntry, Vectors } from '@batchmill/vectors';
import type { Documents } from '../documents.js';
import { textProjection } from '../marks/stale-documents.js';
import { slicesOf } from '../slices-of.js';
import { orphanedVectors } from './orphaned-vectors.js';
import { idOfKey, vectorKey } from './vector-key.js';

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
}

const pageSize = 500;

/**
 * Points the alias of a plan's vectors to its collection once that one is whole: as soon as no search finds less in it. Null: the plan has
 * no alias, or the alias points there already. `onPage` is called before each page of rows is compared.
 */
export async function moveAlias(sources: Sources, plan: RunPlan, onPage: () => void): Promise<AliasMove | null> {
  const target = plan.endpointPlan.vectors;
  if (target?.alias == null) return null;
  const { alias, collection: to } = target;
  const present = await sources.vectors.collectionOf(alias);
  if (present === null) {
    await sources.vectors.setAlias(alias, to);
    return null;
  }
  if (present.name === to) return null;
  for await (const missing of missingVectors(sources, plan, { from: present.name, to })) {
    onPage();
    if (missing > 0) return { alias, from: present.name, to, isDone: false };
  }
  await sources.vectors.setAlias(alias, to);
  return { alias, from: present.name, to, isDone: true };
}

/**
 * How many vectors that one collection of a plan's documents has another lacks, page by page. Not counted are those whose document is gone,
 * or has no text any more that can be embedded.
 */
export async function* missingVectors(
  { documents, pipelines, vectors }: Sources,
  plan: RunPlan,
  { from, to }: { readonly from: string; readonly to: string },
): AsyncGenerator<number, void, undefined> {
  for await (const page of slicesOf(vectors.entries(from), pageSize)) {
    const found = await vectors.find(
      to,
      page.map(({ key }) => key),
    );
    const missing = page.filter(({ key }) => !found.has(key));
    const orphans = await orphanedVectors({ documents, pipelines }, plan, missing);
    const textless = await withoutText(documents, plan, missing);
    yield missing.filter((row) => !orphans.includes(row) && !textless.has(row.key)).length;
  }
}

/** The keys of those whose document is there and has no text. */
async function withoutText(
  documents: Documents,
  plan: RunPlan,
  rows: readonly VectorEntry[],
): Promise<ReadonlySet<string>> {
  const [name] = plan.planned.keys();
  const keys = new Set<string>();
  if (rows.length === 0 || name === undefined) return keys;
  const filter = { _id: { $in: rows.flatMap(({ key }) => idOfKey(key) ?? []).map(({ id }) => id) } };
  const projection = textProjection(plan);
  for await (const document of documents.of(plan).find(filter, projection === undefined ? {} : { projection })) {
    const text = await presentText(plan, name, document);
    if (text?.kind === 'none') keys.add(vectorKey(document['_id']));
  }
  return keys;
}

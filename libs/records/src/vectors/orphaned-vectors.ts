import { formsOfId } from '@batchmill/documents';
import { lastingQueryOf, type Pipelines, type RunPlan } from '@batchmill/pipeline';
import type { Filter } from '@batchmill/store';
import type { VectorEntry } from '@batchmill/vectors';
import type { Documents } from '../documents.js';
import { idOfKey, isHashedKey, vectorKey } from './vector-key.js';

/**
 * The vectors without a document among these rows: it is gone, or does not match the query any more. A vector whose document another
 * pipeline may have embedded into the same collection is not this pipeline's to judge. `collection`: whose rows they are, where it is not
 * the plan's.
 */
export async function orphanedVectors(
  { documents, pipelines }: { readonly documents: Documents; readonly pipelines: Pipelines },
  plan: RunPlan,
  page: readonly VectorEntry[],
  collection?: string,
): Promise<readonly VectorEntry[]> {
  const known = new Set<string>();
  for (const source of sourcesOf(pipelines, plan, collection)) {
    for (const filter of source.filters(page)) {
      const found = documents.collection(source.collection).find(filter, { projection: { _id: 1 } });
      for await (const { _id } of found) known.add(vectorKey(_id));
    }
  }
  const chunkId = plan.endpointPlan.vectors?.idFields.chunkId ?? '';
  return page.filter((row) => !known.has(row.key) && isOfDocument(row, chunkId));
}

interface VectorSource {
  readonly collection: string;
  /** The queries for the documents that these vectors may be of. */
  readonly filters: (page: readonly VectorEntry[]) => Filter[];
}

/**
 * Where the documents of the collection's vectors may be: for this pipeline those of its query, whatever their status, unless it depends
 * on parameters or on what runs write; for others that write into the same collection any document.
 */
function sourcesOf(pipelines: Pipelines, plan: RunPlan, collection?: string): VectorSource[] {
  const collections = [plan.endpointPlan.vectors?.collection, collection];
  const ownQuery = lastingQueryOf(plan) ?? {};
  return pipelines.names().flatMap((name) => {
    const { source, embeddings } = pipelines.get(name);
    const target = embeddings?.vectors;
    if (target == null || !collections.includes(target.collection)) return [];
    const query = name === plan.pipeline.name ? ownQuery : {};
    const byChunk = ({ fields }: VectorEntry): Filter => ({
      [source.chunkIdField]: { $in: formsOfId(fields[target.idFields.chunkId] ?? '') },
    });
    const filters = (page: readonly VectorEntry[]): Filter[] =>
      [idsOf(page), ...page.filter(({ key }) => isHashedKey(key)).map(byChunk)].map((ids) => ({
        $and: [query, ids],
      }));
    return [{ collection: source.collection, filters }];
  });
}

/**
 * False: the key is none that Batchmill writes, so the row is of another program; or nobody knows which document it is of, since a
 * pipeline wrote the row under other names of its fields.
 */
function isOfDocument({ key, fields }: VectorEntry, chunkId: string): boolean {
  return isHashedKey(key) ? fields[chunkId] !== undefined : idOfKey(key) !== null;
}

function idsOf(page: readonly VectorEntry[]): Filter {
  const ids = page.flatMap(({ key }) => idOfKey(key) ?? []);
  return { _id: { $in: ids.map(({ id }) => id) } };
}

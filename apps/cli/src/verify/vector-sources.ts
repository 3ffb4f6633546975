import { decodeId, encodeId, formsOfId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import type { Engine } from '@batchmill/service';
import type { Filter } from '@batchmill/store';
import type { VectorEntry } from '@batchmill/vectors';

interface VectorSource {
  readonly collection: string;
  /** The queries for the documents that these vectors may be of. */
  readonly filters: (page: readonly VectorEntry[]) => Filter[];
}

/**
 * Where the documents of the collection's vectors may be: for this pipeline those of its query, unless that depends on parameters; for
 * others that write into the same collection any document.
 */
export function sourcesOf({ pipelines }: Engine, plan: RunPlan): VectorSource[] {
  const collection = plan.endpointPlan.vectors?.collection;
  return pipelines.names().flatMap((name) => {
    const { source, embeddings } = pipelines.get(name);
    const target = embeddings?.vectors;
    if (target == null || target.collection !== collection) return [];
    const isOwn = name === plan.pipeline.name && typeof source.queryTemplate !== 'function';
    const byChunk = ({ fields }: VectorEntry): Filter => ({
      [source.chunkIdField]: { $in: formsOfId(fields[target.idFields.chunkId] ?? '') },
    });
    const filters = (page: readonly VectorEntry[]): Filter[] =>
      [idsOf(page), ...page.filter(isHashed).map(byChunk)].map((ids) => ({ $and: [isOwn ? plan.filter : {}, ids] }));
    return [{ collection: source.collection, filters }];
  });
}

/** False: the key is none that Batchmill writes, so the row is of another program. */
export function isOfDocument(row: VectorEntry): boolean {
  return isHashed(row) || idOfKey(row.key) !== null;
}

function idsOf(page: readonly VectorEntry[]): Filter {
  const ids = page.flatMap(({ key }) => idOfKey(key) ?? []);
  return { _id: { $in: ids.map(({ id }) => id) } };
}

/** Null: the key holds no id. */
function idOfKey(key: string): { readonly id: unknown } | null {
  try {
    const id = decodeId(key);
    return encodeId(id) === key ? { id } : null;
  } catch {
    return null;
  }
}

/** The key of an id that is too long for one. */
function isHashed({ key }: VectorEntry): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(key);
}

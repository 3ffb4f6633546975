import { modelOfRows } from '@batchmill/vectors';
import type { VectorTarget } from '@batchmill/pipeline';
import type { Engine } from '@batchmill/service';

/**
 * `searched`: searches of a pipeline find it. `filling`: a pipeline writes into it, and its alias points to another one until nothing is
 * missing. `kept`: the pipelines that wrote it use another one. `unloaded`: of a pipeline that is not in the folder of pipelines.
 */
export type CollectionUse = 'searched' | 'filling' | 'kept' | 'unloaded';

/** A collection of vectors into which this installation writes, or has written. */
export interface ListedCollection {
  readonly collection: string;
  readonly use: CollectionUse;
  /** Those that point to it. */
  readonly aliases: readonly string[];
  /** Null: it has not been made, or nobody has noted its model. */
  readonly model: string | null;
  readonly dimensions: number | null;
  readonly vectors: number;
  /** Of whose documents its vectors are. */
  readonly pipelines: readonly string[];
}

interface Known {
  readonly pipelines: Set<string>;
  use: CollectionUse;
}

/** Sorted by name. Those that were dropped elsewhere are left out, unless a pipeline writes into them. */
export async function listCollections(engine: Engine): Promise<ListedCollection[]> {
  const known = await knownCollections(engine);
  const listed: ListedCollection[] = [];
  const loaded = engine.pipelines.names();
  for (const [collection, { pipelines, use: found }] of [...known].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const isUnloaded = found === 'kept' && [...pipelines].some((name) => !loaded.includes(name));
    const use = isUnloaded ? 'unloaded' : found;
    const described = await engine.vectors.describe(collection);
    if (described === null && found === 'kept') continue;
    const aliases = await engine.vectors.aliasesOf(collection);
    const model = described === null ? null : await modelOfRows(engine.vectors, collection, 'model');
    const vectors = await engine.vectors.count(collection);
    const dimensions = described?.dimensions ?? null;
    listed.push({ collection, use, aliases, model, dimensions, vectors, pipelines: [...pipelines].sort() });
  }
  return listed;
}

async function knownCollections({ pipelines, vectors, writtenCollections }: Engine): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  const add = (collection: string, found: readonly string[]): Known => {
    const entry = known.get(collection) ?? { pipelines: new Set(), use: 'kept' };
    for (const pipeline of found) entry.pipelines.add(pipeline);
    known.set(collection, entry);
    return entry;
  };
  for await (const { _id, pipelines: found = [] } of writtenCollections.all()) add(_id, found);
  for (const [name, target] of targetsOf(pipelines)) {
    const searched = target.alias === null ? null : ((await vectors.collectionOf(target.alias))?.name ?? null);
    const own = add(target.collection, [name]);
    if (searched === null || searched === target.collection) {
      own.use = 'searched';
      continue;
    }
    if (own.use === 'kept') own.use = 'filling';
    add(searched, [name]).use = 'searched';
  }
  return known;
}

/** The pipelines that make vectors, by name. */
export function targetsOf(pipelines: Engine['pipelines']): (readonly [string, VectorTarget])[] {
  return pipelines.names().flatMap((name) => {
    const target = pipelines.get(name).embeddings?.vectors ?? null;
    return target === null ? [] : [[name, target] as const];
  });
}

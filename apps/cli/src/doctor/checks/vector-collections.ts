import type { Pipelines } from '@batchmill/pipeline';
import { vectorCollectionOf } from '@batchmill/records';
import type { VectorCollection, Vectors } from '@batchmill/vectors';
import type { Check } from '../check.js';
import { failed, ok, type Finding } from '../finding.js';
import { troubleOf } from '../trouble-of.js';

export const vectorCollectionsCheck: Check = {
  name: 'vector-collections',
  group: 'Vectors',
  title: () => 'collections of vectors',
  setting: 'BATCHMILL_VECTORS',
  settingGroups: ['adapters', 'Milvus', 'installation', 'requests'],
  after: () => ['vectors'],
  async run({ ports, pipelines }) {
    const vectors = await ports.vectors();
    if (vectors === null) return [];
    const wanted = collectionsOf((await pipelines()).pipelines);
    return Promise.all(wanted.map((each) => collectionFinding(vectors, each)));
  },
};

interface Wanted extends VectorCollection {
  readonly pipeline: string;
  readonly alias: string | null;
}

async function collectionFinding(vectors: Vectors, { pipeline, alias, ...collection }: Wanted): Promise<Finding> {
  const text = `vectors ${collection.name} of ${pipeline}`;
  try {
    const isThere = await vectors.hasCollection(collection);
    if (alias !== null && (await vectors.describe(alias)) !== null) return failed(text, takenAlias(alias));
    const searched = alias === null ? null : await vectors.collectionOf(alias);
    const found =
      searched === null || searched.name === collection.name
        ? ''
        : `; its alias ${alias} points to ${searched.name} until nothing is missing here`;
    return ok(
      isThere ? `${text}: ${collection.dimensions} dimensions${found}` : `${text}: created by the first run${found}`,
    );
  } catch (error) {
    return failed(text, troubleOf(error, 'BATCHMILL_VECTORS'));
  }
}

function takenAlias(alias: string): { readonly reason: string; readonly remedy: string } {
  return {
    reason: `its alias ${alias} is the name of a collection`,
    remedy: 'name another alias in embeddings.vectors.alias of the pipeline',
  };
}

function collectionsOf(pipelines: Pipelines): Wanted[] {
  return pipelines.names().flatMap((pipeline) => {
    const target = pipelines.get(pipeline).embeddings?.vectors ?? null;
    if (target === null) return [];
    return [{ pipeline, alias: target.alias, ...vectorCollectionOf(target) }];
  });
}

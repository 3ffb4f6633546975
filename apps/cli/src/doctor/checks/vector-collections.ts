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
}

async function collectionFinding(vectors: Vectors, { pipeline, ...collection }: Wanted): Promise<Finding> {
  const text = `vectors ${collection.name} of ${pipeline}`;
  try {
    const isThere = await vectors.hasCollection(collection);
    return ok(isThere ? `${text}: ${collection.dimensions} dimensions` : `${text}: created by the first run`);
  } catch (error) {
    return failed(text, troubleOf(error, 'BATCHMILL_VECTORS'));
  }
}

function collectionsOf(pipelines: Pipelines): Wanted[] {
  return pipelines.names().flatMap((pipeline) => {
    const target = pipelines.get(pipeline).embeddings?.vectors ?? null;
    if (target === null) return [];
    return [{ pipeline, ...vectorCollectionOf(target) }];
  });
}

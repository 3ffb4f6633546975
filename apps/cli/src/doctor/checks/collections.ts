import { closestName } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import type { Check } from '../check.js';
import { failed, ok, warning, type Finding } from '../finding.js';
import { sourceCollections } from '../source-collections.js';

export const collectionsCheck: Check = {
  name: 'collections',
  group: 'State and documents',
  title: () => 'collections of the pipelines',
  setting: 'MONGODB_URI',
  settingGroups: ['adapters', 'documents', 'installation', 'requests'],
  after: () => ['documents'],
  async run({ ports, pipelines }) {
    const store = await ports.documentStore();
    const collections = sourceCollections((await pipelines()).pipelines);
    const empty = await emptyAmong(store, [...collections.keys()]);
    const existing = store === null || empty.length === 0 ? [] : await store.collectionNames();
    const isNothingThere = store !== null && empty.length === collections.size;
    return [...collections].map(([collection, names]) => {
      const text = `collection ${collection} of ${names.join(', ')}`;
      if (!empty.includes(collection)) return ok(`${text}: has documents`);
      return emptyFinding(text, collection, { existing, isNothingThere });
    });
  },
};

async function emptyAmong(store: Store | null, collections: readonly string[]): Promise<string[]> {
  if (store === null) return [...collections];
  const firsts = await Promise.all(
    collections.map((collection) => store.collection(collection).findOne({}, { projection: { _id: 1 } })),
  );
  return collections.filter((_, index) => firsts[index] === null);
}

/** Wrong for certain where no pipeline has anything to do, or where another collection has nearly that name. */
function emptyFinding(
  text: string,
  collection: string,
  { existing, isNothingThere }: { existing: readonly string[]; isNothingThere: boolean },
): Finding {
  const closest = closestName(collection, existing);
  const trouble = {
    reason: `it is missing or empty${closest === null ? '' : `; did you mean ${closest}?`}`,
    remedy:
      closest === null
        ? `batchmill load FILE --collection ${collection}, or correct MONGODB_URI, MONGODB_DB or source.collection of the pipeline`
        : `write source.collection: '${closest}' in the pipeline`,
  };
  return isNothingThere || closest !== null ? failed(text, trouble) : warning(text, trouble);
}

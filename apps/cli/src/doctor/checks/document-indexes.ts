import { formatQuantity } from '../../show/format.js';
import { fieldsText } from '../../indexes/indexes-text.js';
import { readIndexes, type CollectionIndexes } from '../../indexes/wanted-indexes.js';
import type { Check } from '../check.js';
import { ok, warning, type Finding } from '../finding.js';

/** A scan reads some ten thousand documents a second, so that one of fewer takes seconds. */
const largeFromDocuments = 100_000;

export const documentIndexesCheck: Check = {
  name: 'document-indexes',
  group: 'State and documents',
  title: () => 'indexes of the collections of the pipelines',
  setting: 'MONGODB_URI',
  settingGroups: ['adapters', 'documents', 'installation', 'requests'],
  after: () => ['documents', 'pipelines'],
  async run({ ports, pipelines }) {
    const store = await ports.documentStore();
    if (store === null) return [];
    const { collections } = await readIndexes(store, (await pipelines()).pipelines);
    return collections.filter(({ documents }) => documents >= largeFromDocuments).map(findingOf);
  },
};

function findingOf({ collection, documents, indexes }: CollectionIndexes): Finding {
  const text = `indexes of collection ${collection}, which has ${formatQuantity(documents, 'document')}`;
  const missing = indexes.filter(
    ({ existing, uses }) => existing.length === 0 && uses.some(({ purpose }) => purpose !== 'ids'),
  );
  if (missing.length === 0) return ok(text);
  return warning(text, {
    reason: `every run reads the whole collection to find what is pending; missing: an index on ${missing.map(fieldsText).join('; on ')}`,
    remedy: 'batchmill indexes --create',
  });
}

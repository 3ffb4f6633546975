import { EmbeddedStore } from '@batchmill/store/embedded';
import { chunks } from './chunks.ts';

/* Fills a store: `load-documents.ts <file> <documents>`. A separate process, so that its memory is not counted for a contender. */
const [file = '', count = ''] = process.argv.slice(2);
const store = EmbeddedStore.open({ file, synchronous: 'NORMAL' });
const documents = store.collection('chunks');
const pageSize = 1000;
for (let from = 0; from < Number(count); from += pageSize) {
  await documents.insertMany(chunks(from, Math.min(Number(count), from + pageSize)));
}
await store.close();

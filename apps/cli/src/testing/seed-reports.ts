import { EmbeddedStore } from '@batchmill/store/embedded';
import { join } from 'node:path';

/** Inserts documents for the pipeline annual-reports into the embedded store of a home. */
export async function seedReports(home: string, count: number): Promise<void> {
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  await store.collection('blocks').insertMany(
    Array.from({ length: count }, (_, index) => ({
      _id: `JKHY-${index}`,
      doc_id: 'JKHY-report',
      company: 'JKHY',
      doc_type: 'Annual Report',
      text_content: `Revenue of segment${index} grew, and JKHY says why in paragraph ${index}.`,
    })),
  );
  await store.close();
}

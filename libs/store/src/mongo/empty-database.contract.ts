import { MongoStore } from './mongo-store.js';

/** Deletes all documents of a test's database. */
export async function emptyDatabase(url: string, database: string): Promise<void> {
  const store = MongoStore.open({ url, database });
  for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
  await store.close();
}

import { formsOfId, writeDocument } from '@batchmill/documents';
import { openStores, type Settings } from '@batchmill/service';
import type { Collection } from '@batchmill/store';
import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { parseCount } from '../run-options.js';
import { writeLine } from '../show/write-line.js';
import { settingsHere } from '../with-engine.js';
import { collectionOf } from './load.js';

interface Flags {
  readonly collection?: string;
  readonly id?: readonly string[];
  readonly limit?: number;
}

export function exportCommand(): Command {
  return new Command('export')
    .option('--collection <name>', 'the collection to print (default: the setting MONGODB_COLLECTION)')
    .option('--id <id...>', 'only the documents with these _id. Other commands take the documentIdField of a pipeline')
    .option('--limit <n>', 'print at most this many', parseCount)
    .option('--json', 'changes nothing: each line is JSON anyway')
    .action(print);
}

async function print({ collection: option, id: ids, limit }: Flags): Promise<void> {
  const settings = settingsHere();
  const name = collectionOf(option, settings);
  const missing: string[] = [];
  const printed = await onDocuments(settings, name, async (collection) => {
    const filter = ids === undefined ? {} : { _id: { $in: ids.flatMap(formsOfId) } };
    const findOptions = { sort: { _id: 1 }, exactTypes: true, ...(limit === undefined ? {} : { limit }) } as const;
    let count = 0;
    for await (const document of collection.find(filter, findOptions)) {
      count += 1;
      await writeLine(writeDocument(document));
    }
    for (const id of count === ids?.length ? [] : (ids ?? []))
      if ((await collection.findOne({ _id: { $in: formsOfId(id) } })) === null) missing.push(id);
    return count;
  });
  if (missing.length > 0)
    process.stderr.write(`the collection ${name} has no document with the _id ${missing.join(' or ')}\n`);
  else if (printed === 0) process.stderr.write(`the collection ${name} is empty\n`);
}

/** A command that only reads creates no home. Without a home there are no documents. */
async function onDocuments(
  settings: Settings,
  name: string,
  work: (collection: Collection) => Promise<number>,
): Promise<number> {
  if (settings.adapters.store.scheme === 'embedded' && !existsSync(settings.installation.home)) return 0;
  const { store, documentStore } = await openStores(settings);
  try {
    return await work(documentStore.collection(name));
  } finally {
    if (documentStore !== store) await documentStore.close();
    await store.close();
  }
}

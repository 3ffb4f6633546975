import { ValidationError } from '@batchmill/contracts';
import { createHome, openStores } from '@batchmill/service';
import { Command } from 'commander';
import { collectionOf } from '../load/collection-of.js';
import { documentsIn } from '../load/documents-in.js';
import { loadDocuments, type Loaded } from '../load/load-documents.js';
import { count } from '../show/amounts.js';
import { settingsHere } from '../with-engine.js';

interface Flags {
  readonly collection?: string;
  readonly json?: true;
}

/** Where Batchmill keeps its own state. */
const own = ['batches', 'budgets', 'claims', 'installation', 'notifications', 'runs'];

export function loadCommand(): Command {
  return new Command('load')
    .description(
      'put documents from a file into a collection, each under its _id; those that are there already stay as they are',
    )
    .argument('<file>', 'a JSON document per line, as mongoexport writes them')
    .option('--collection <name>', 'into which collection; MONGODB_COLLECTION when not said')
    .option('--json', 'as JSON')
    .action(load);
}

async function load(file: string, { collection: named, json }: Flags): Promise<void> {
  const settings = settingsHere();
  const name = collectionOf(named, settings);
  if (settings.adapters.store.scheme === 'embedded') createHome(settings);
  const { store, documentStore } = await openStores(settings);
  let loaded: Loaded = { added: 0, there: 0 };
  try {
    if (documentStore === store) expectNotOwn(name);
    await loadDocuments(documentStore.collection(name), documentsIn(file), (soFar) => (loaded = soFar));
  } finally {
    if (loaded.added + loaded.there > 0) process.stdout.write(json ? jsonOf(name, loaded) : textOf(name, loaded));
    if (documentStore !== store) await documentStore.close();
    await store.close();
  }
  if (loaded.added + loaded.there === 0)
    process.stdout.write(json ? jsonOf(name, loaded) : `${file} holds no document\n`);
}

function expectNotOwn(name: string): void {
  if (!own.includes(name)) return;
  const message = `--collection: found ${name}, where Batchmill keeps its own state; wanted a collection of documents`;
  throw new ValidationError('load.own-collection', message);
}

function textOf(name: string, { added, there }: Loaded): string {
  const already =
    there === 0 ? '' : `; ${documents(there)} there already, left as ${there === 1 ? 'it is' : 'they are'}`;
  return `${name}: ${documents(added)} loaded${already}\n`;
}

function documents(n: number): string {
  return `${count(n)} ${n === 1 ? 'document' : 'documents'}`;
}

function jsonOf(collection: string, loaded: Loaded): string {
  return `${JSON.stringify({ collection, ...loaded })}\n`;
}

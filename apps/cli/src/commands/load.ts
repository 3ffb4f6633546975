import { ValidationError } from '@batchmill/contracts';
import { createHome, openStores, type Settings } from '@batchmill/service';
import { Command, Option } from 'commander';
import { loadDocuments, type Existing, type Loaded } from '../load/load-documents.js';
import { readDocumentFile } from '../load/read-document-file.js';
import { formatQuantity } from '../show/format.js';
import { settingsHere } from '../with-engine.js';

interface Flags {
  readonly collection?: string;
  readonly replace?: true;
  readonly upsert?: true;
  readonly json?: true;
}

const ownCollections = [
  'batches',
  'budgets',
  'claims',
  'inbox',
  'installation',
  'ledger',
  'notifications',
  'rates',
  'redriven',
  'reusable_answers',
  'asked_texts',
  'runs',
  'schedules',
  'spendings',
  'account_progress',
  'turnarounds',
  'vector_sources',
];

export function loadCommand(): Command {
  return new Command('load')
    .argument('<file>', 'one JSON document per line, as mongoexport writes them')
    .option('--collection <name>', 'the collection to load into (default: the setting MONGODB_COLLECTION)')
    .addOption(
      new Option('--replace', 'replace documents that are stored, their status and marks included').conflicts('upsert'),
    )
    .option('--upsert', 'write the fields of the file into documents that are stored; their other fields stay')
    .option('--json', 'as JSON')
    .action(load);
}

async function load(file: string, { collection, replace, upsert, json }: Flags): Promise<void> {
  const settings = settingsHere();
  const name = collectionOf(collection, settings);
  if (settings.adapters.store.scheme === 'embedded') createHome(settings);
  const { store, documentStore } = await openStores(settings);
  const existing = replace ? 'replace' : upsert ? 'update' : 'keep';
  let loaded: Loaded = { added: 0, existing: 0 };
  try {
    if (documentStore === store) expectNotOwn(name);
    await loadDocuments(documentStore.collection(name), readDocumentFile(file), existing, (soFar) => (loaded = soFar));
  } finally {
    if (loaded.added + loaded.existing > 0)
      process.stdout.write(json ? jsonOf(name, loaded) : textOf(name, loaded, existing));
    if (documentStore !== store) await documentStore.close();
    await store.close();
  }
  if (loaded.added + loaded.existing === 0)
    process.stdout.write(json ? jsonOf(name, loaded) : `${file} contains no documents\n`);
}

/** The collection that an option names, otherwise that of the settings. */
export function collectionOf(option: string | undefined, settings: Settings): string {
  const name = option ?? settings.documents.collection;
  if (name !== null) return name;
  throw new ValidationError(
    'load.no-collection',
    '--collection: found nothing, expected the collection of the documents, as in source.collection of the pipeline',
  );
}

function expectNotOwn(name: string): void {
  if (!ownCollections.includes(name)) return;
  const message = `--collection: found ${name}, where Batchmill keeps its own state; expected a collection of documents`;
  throw new ValidationError('load.own-collection', message);
}

const fates = { keep: 'left unchanged', replace: 'replaced', update: 'updated' } as const;

function textOf(name: string, { added, existing }: Loaded, fate: Existing): string {
  const stored = existing === 0 ? '' : `; ${formatQuantity(existing, 'document')} already stored, ${fates[fate]}`;
  return `${name}: ${formatQuantity(added, 'document')} loaded${stored}\n`;
}

function jsonOf(collection: string, { added, existing }: Loaded): string {
  return `${JSON.stringify({ collection, added, there: existing })}\n`;
}

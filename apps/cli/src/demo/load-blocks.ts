import { countTokens } from '@batchmill/models';
import type { Store } from '@batchmill/store';
import { createHash } from 'node:crypto';
import { cutIntoChunks } from './cut-into-chunks.js';
import type { PackageDoc } from './find-package-docs.js';

export interface Block extends Record<string, unknown> {
  readonly _id: string;
  readonly doc_id: string;
  readonly company: string;
  readonly doc_type: string;
  readonly text_content: string;
}

export interface Loaded {
  readonly blocks: number;
  readonly added: number;
  readonly packages: number;
  readonly companies: number;
}

const tokensPerBlock = 400;
const blocksPerWrite = 500;

/**
 * Cuts the documents into blocks and inserts those that the collection lacks. A block's id is drawn from its text and
 * place: the same documentation gives the same blocks, whose vectors are there already.
 */
export async function loadBlocks(store: Store, collection: string, docs: AsyncIterable<PackageDoc>): Promise<Loaded> {
  const blocks = store.collection<Block>(collection);
  const packages = new Set<string>();
  const companies = new Set<string>();
  let seen = 0;
  let added = 0;
  let waiting: Block[] = [];
  const write = async (): Promise<void> => {
    const known = new Set<string>();
    const ids = waiting.map(({ _id }) => _id);
    for await (const { _id } of blocks.find({ _id: { $in: ids } }, { projection: { _id: 1 } })) known.add(_id);
    const missing = waiting.filter(({ _id }) => !known.has(_id));
    if (missing.length > 0) await blocks.insertMany(missing);
    added += missing.length;
    waiting = [];
  };
  for await (const doc of docs) {
    packages.add(doc.package);
    companies.add(doc.company);
    const made = blocksOf(doc);
    seen += made.length;
    waiting.push(...made);
    if (waiting.length >= blocksPerWrite) await write();
  }
  await write();
  return { blocks: seen, added, packages: packages.size, companies: companies.size };
}

function blocksOf({ package: name, company, file, text }: PackageDoc): Block[] {
  const count = (piece: string): number => countTokens(piece, 'text-embedding-3-small');
  return cutIntoChunks(text, tokensPerBlock, count).map((chunk, index) => ({
    _id: createHash('sha256').update(`${name}|${file}|${index}|${chunk}`).digest('hex').slice(0, 24),
    doc_id: name,
    company,
    doc_type: 'Documentation',
    text_content: chunk,
  }));
}

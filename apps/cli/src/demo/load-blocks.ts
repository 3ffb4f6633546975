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

export interface LoadedBlocks {
  readonly blocks: number;
  readonly added: number;
  readonly packages: number;
  readonly companies: number;
}

const tokensPerBlock = 400;
const blocksPerWrite = 500;

/**
 * Cuts the documents into blocks and inserts those that the collection does not have. The id of a block is a hash of its
 * text and position, so that unchanged documentation is not embedded again.
 */
export async function loadBlocks(
  store: Store,
  collection: string,
  docs: AsyncIterable<PackageDoc>,
): Promise<LoadedBlocks> {
  const blocks = store.collection<Block>(collection);
  const packages = new Set<string>();
  const companies = new Set<string>();
  let total = 0;
  let added = 0;
  let pending: Block[] = [];
  const write = async (): Promise<void> => {
    const stored = new Set<string>();
    const ids = pending.map(({ _id }) => _id);
    for await (const { _id } of blocks.find({ _id: { $in: ids } }, { projection: { _id: 1 } })) stored.add(_id);
    const missing = pending.filter(({ _id }) => !stored.has(_id));
    if (missing.length > 0) await blocks.insertMany(missing);
    added += missing.length;
    pending = [];
  };
  for await (const doc of docs) {
    packages.add(doc.package);
    companies.add(doc.company);
    const newBlocks = blocksOf(doc);
    total += newBlocks.length;
    pending.push(...newBlocks);
    if (pending.length >= blocksPerWrite) await write();
  }
  await write();
  return { blocks: total, added, packages: packages.size, companies: companies.size };
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

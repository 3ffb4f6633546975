import { EmbeddedStore } from '@batchmill/store/embedded';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { readContest, printResult } from './contest.ts';

/*
 * What a user writes in an afternoon: the same documents, requests and stores as the engine's, one step after another in
 * one file. It has no leases, no retries and no checkpoints: any error ends it, and the answers paid for by then are lost.
 */
interface Chunk extends Record<string, unknown> {
  readonly _id: string;
  readonly book: string;
  readonly text: string;
}

interface SentBatch {
  readonly id: string;
  readonly chunks: ReadonlyMap<string, { readonly _id: string; readonly book: string }>;
}

interface ResultLine {
  readonly custom_id: string;
  readonly response: { readonly body: { readonly data: readonly [{ readonly embedding: string }] } } | null;
}

const model = 'text-embedding-3-small';
const dimensions = 1536;
const pollMs = 100;

const { home, baseUrl, batchSize } = readContest();
const client = new OpenAI({ apiKey: 'sk-bench', baseURL: baseUrl });
const store = EmbeddedStore.open({ file: join(home, 'state.db') });
const documents = store.collection<Chunk>('chunks');
const vectors = EmbeddedVectors.open({ file: join(home, 'vectors.db') });
const folder = join(home, 'files');
await mkdir(folder);
await vectors.ensureCollection({ name: 'chunks', dimensions, fields: ['block_mongo_id', 'block_doc_id'] });

const sent: SentBatch[] = [];
const pending = documents
  .find({ embedding_status: { $in: ['pending', null] } }, { sort: { _id: 1 } })
  [Symbol.asyncIterator]();
for (let page = await nextPage(); page.length > 0; page = await nextPage()) {
  const id = await submit(await build(page));
  sent.push({ id, chunks: new Map(page.map(({ _id, book }) => [`embeddings_${_id}`, { _id, book }])) });
}
let done = 0;
for (const batch of sent) {
  done += await ingest(batch, await settled(batch.id));
}
const count = await vectors.count('chunks');
await vectors.close();
await store.close();
printResult({ documents: done, vectors: count });

/** Takes the next documents that are not embedded, and marks them as in progress. */
async function nextPage(): Promise<Chunk[]> {
  const page: Chunk[] = [];
  while (page.length < batchSize) {
    const next = await pending.next();
    if (next.done === true) break;
    page.push(next.value);
  }
  await mark(page, 'in_progress');
  return page;
}

async function mark(chunks: readonly { readonly _id: string }[], status: string): Promise<void> {
  if (chunks.length === 0) return;
  const ids = chunks.map(({ _id }) => _id);
  await documents.updateMany({ _id: { $in: ids } }, { $set: { embedding_status: status } });
}

async function build(chunks: readonly Chunk[]): Promise<string> {
  const lines = chunks.map(({ _id, text }) =>
    JSON.stringify({
      custom_id: `embeddings_${_id}`,
      method: 'POST',
      url: '/v1/embeddings',
      body: { model, input: text, dimensions, encoding_format: 'base64' },
    }),
  );
  const file = join(folder, `batch-${sent.length}.jsonl`);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

async function submit(file: string): Promise<string> {
  const uploaded = await client.files.create({ purpose: 'batch', file: createReadStream(file) });
  const batch = await client.batches.create({
    input_file_id: uploaded.id,
    endpoint: '/v1/embeddings',
    completion_window: '24h',
  });
  return batch.id;
}

async function settled(id: string): Promise<string> {
  for (;;) {
    const batch = await client.batches.retrieve(id);
    if (batch.status === 'completed' && batch.output_file_id != null) return batch.output_file_id;
    if (['completed', 'failed', 'expired', 'cancelled'].includes(batch.status))
      throw new Error(`${id}: ${batch.status}`);
    await sleep(pollMs);
  }
}

async function ingest(batch: SentBatch, file: string): Promise<number> {
  const text = await (await client.files.content(file)).text();
  const rows = text.split('\n').flatMap((line) => (line === '' ? [] : [rowOf(batch, JSON.parse(line) as ResultLine)]));
  await vectors.upsert('chunks', rows);
  await mark([...batch.chunks.values()], 'completed');
  return rows.length;
}

function rowOf(
  { chunks }: SentBatch,
  { custom_id: customId, response }: ResultLine,
): Parameters<typeof vectors.upsert>[1][number] {
  const chunk = chunks.get(customId);
  if (chunk === undefined || response === null) throw new Error(`${customId} has no answer`);
  const bytes = Buffer.from(response.body.data[0].embedding, 'base64');
  const vector = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return { key: chunk._id, fields: { block_mongo_id: chunk._id, block_doc_id: chunk.book }, vector };
}

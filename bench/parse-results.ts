import { FolderBlobs } from '@batchmill/blobs/folder';
import { RandomIds } from '@batchmill/contracts';
import { checkPipeline, classifyResult, planRun, type PipelineDefaults } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines } from '@batchmill/records';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import definition from './pipelines/chunks/chunks.pipeline.ts';
import { ownUsage } from './process-usage.ts';
import { unitVectors } from './unit-vectors.ts';

/*
 * `npm run bench` starts this: `node bench/parse-results.ts floats|base64 ROWS`. A result file of embeddings is read from its blob, line by line,
 * as the result-ingester does, up to the vectors that it would write.
 */
const [encoding = '', rows = ''] = process.argv.slice(2);
/** None of them counts for results of embeddings. */
const defaults: PipelineDefaults = {
  ...{ temperature: 0, maxTokens: 500, dimensions: 1_536, inferenceBatchSize: 100, embeddingBatchSize: 1_000 },
  ...{ completionWindow: '24h', pollIntervalSeconds: 300, maxRetries: 3 },
};
const pipeline = checkPipeline(definition, { file: 'chunks.pipeline.ts', defaults, readPrompt: () => '' });
const plan = planRun(pipeline, { endpoint: 'embeddings' });
const folder = await mkdtemp(join(tmpdir(), 'batchmill-ingestion-'));
try {
  const blobs = await FolderBlobs.open({ folder, ids: new RandomIds() });
  const { name } = await blobs.write(linesOf(Number(rows)), '.results.jsonl');
  const before = process.cpuUsage();
  let vectors = 0;
  for await (const { bytes } of readLines(blobs.read(name), 0)) {
    const result = parseResultLine(bytes);
    const classified = result === null ? null : classifyResult(plan, 'embeddings', result);
    if (classified?.outcome === 'answered') vectors += 1;
  }
  const { user, system } = process.cpuUsage(before);
  const perSecond = vectors / ((user + system) / 1e6);
  if (vectors !== Number(rows)) throw new Error(`${vectors} vectors, expected ${rows}`);
  const bytes = await blobs.bytesOf(name);
  process.stdout.write(`${JSON.stringify({ perSecond, bytes, peakBytes: ownUsage().peakBytes })}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Lines as the provider writes them, a hundred at a time. The vectors of a hundred rows are repeated. */
async function* linesOf(count: number): AsyncGenerator<string> {
  const vectors = unitVectors(1_536);
  const embeddings = Array.from({ length: 100 }, () => JSON.stringify(encoded(vectors.next().value)));
  for (let from = 0; from < count; from += embeddings.length) {
    const few = embeddings.slice(0, count - from);
    yield few.map((embedding, index) => lineOf(from + index, embedding)).join('');
  }
}

function encoded(vector: Float32Array): string | number[] {
  if (encoding === 'base64') return Buffer.from(vector.buffer).toString('base64');
  return [...vector].map((component) => Number(component.toPrecision(8)));
}

function lineOf(row: number, embedding: string): string {
  const id = String(row).padStart(32, '0');
  const data = `{"object":"embedding","index":0,"embedding":${embedding}}`;
  const usage = '{"prompt_tokens":412,"total_tokens":412}';
  const body = `{"object":"list","data":[${data}],"model":"text-embedding-3-small","usage":${usage}}`;
  const response = `{"status_code":200,"request_id":"${id}","body":${body}}`;
  return `{"id":"batch_req_${id}","custom_id":"embeddings_${id}","response":${response},"error":null}\n`;
}

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { serverAddresses } from '@batchmill/testing';
import type { VectorRow } from '@batchmill/vectors';
import { encodeUpsert, MilvusVectors, UpsertChannel, type UpsertEncoder } from '@batchmill/vectors/milvus';
import { table } from './table.ts';

/*
 * `npm run bench:milvus [-- --rows 20000 --times 3]`: writes rows of 1536 dimensions into a running Milvus in four ways, in
 * turn and several times; the best time of each counts. Every time uses a new collection, whose rows are counted before the
 * next one.
 */
const options = {
  rows: { type: 'string', default: '10000' },
  times: { type: 'string', default: '3' },
  'calls-in-flight': { type: 'string', default: '2' },
  'mib-per-call': { type: 'string', default: '4' },
} as const;
const { values } = parseArgs({ options });
const [rowsWanted, times] = [Number(values.rows), Number(values.times)];
const [callsInFlight, maxCallBytes] = [Number(values['calls-in-flight']), Number(values['mib-per-call']) * 2 ** 20];
const dimensions = 1_536;
const fields = ['block_mongo_id', 'block_doc_id'];
const bytesPerRow = dimensions * 4 + 100;
const rowsPerCall = Math.max(1, Math.floor(maxCallBytes / bytesPerRow));
const timeoutMs = 120_000;
const goal = 3;

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const contenders = {
  'plain upsert of the client': plainUpsert,
  'Batchmill by that upsert': (collection: string, rows: readonly VectorRow[]) => byBatchmill('sdk', collection, rows),
  'Batchmill, encoded directly': (collection: string, rows: readonly VectorRow[]) =>
    byBatchmill('direct', collection, rows),
  'the server alone': serverAlone,
} as const;
type Contender = keyof typeof contenders;

const database = `bench_${randomUUID().replaceAll('-', '_')}`;
const url = `${serverAddresses.milvus}/${database}`;
const client = new MilvusClient({
  ...{ address: new URL(serverAddresses.milvus).host, __SKIP_CONNECT__: true, logLevel: 'error' },
});
await client.createDatabase({ db_name: database });
await client.use({ db_name: database });
try {
  const rows = rowsOf(rowsWanted);
  const best = new Map<Contender, Measured>();
  for (let time = 0; time < times; time += 1) {
    for (const contender of Object.keys(contenders) as Contender[]) {
      const measured = await measure(contender, rows);
      const previous = best.get(contender);
      if (previous === undefined || measured.wallMs < previous.wallMs) best.set(contender, measured);
    }
  }
  report(best);
} finally {
  for (const { name } of (await client.listCollections()).data) await client.dropCollection({ collection_name: name });
  await client.dropDatabase({ db_name: database });
  await client.closeConnection();
}

async function measure(contender: Contender, rows: readonly VectorRow[]): Promise<Measured> {
  const collection = `c_${randomUUID().replaceAll('-', '_')}`;
  const vectors = await MilvusVectors.open({ url, callTimeoutMs: timeoutMs });
  try {
    await vectors.ensureCollection({ name: collection, dimensions, fields });
    await vectors.count(collection); // counting waits until the collection is loaded
    const measured = await contenders[contender](collection, rows);
    const stored = await vectors.count(collection);
    if (stored !== rows.length) throw new Error(`${contender}: ${stored} rows are stored, expected ${rows.length}`);
    return measured;
  } finally {
    await client.dropCollection({ collection_name: collection });
    await vectors.close();
  }
}

/** As in the client's documentation, with as many rows per call and as many concurrent calls as the others. */
async function plainUpsert(collection: string, rows: readonly VectorRow[]): Promise<Measured> {
  const plain = rows.map((row) => ({ key: row.key, ...row.fields, vector: Array.from(row.vector) }));
  const calls = callsOf(plain);
  return timed(() =>
    concurrently(calls, async (data) => {
      const answer = await client.upsert({ collection_name: collection, data });
      if (answer.status.error_code !== 'Success') throw new Error(answer.status.reason);
    }),
  );
}

async function byBatchmill(encoder: UpsertEncoder, collection: string, rows: readonly VectorRow[]): Promise<Measured> {
  const vectors = await MilvusVectors.open({ url, encoder, callsInFlight, maxCallBytes, callTimeoutMs: timeoutMs });
  try {
    await vectors.ensureCollection({ name: collection, dimensions, fields });
    return await timed(() => vectors.upsert(collection, rows));
  } finally {
    await vectors.close();
  }
}

/** The requests are encoded before: only sending is measured. */
async function serverAlone(collection: string, rows: readonly VectorRow[]): Promise<Measured> {
  const channel = await UpsertChannel.open(client);
  if (typeof channel === 'string') throw new Error(channel);
  const requests = callsOf(rows).map((part) => encodeUpsert({ name: collection, dimensions, fields }, part));
  return timed(() =>
    concurrently(requests, async (request) => {
      await channel.send(request, timeoutMs);
    }),
  );
}

async function timed(work: () => Promise<void>): Promise<Measured> {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

async function concurrently<T>(calls: readonly T[], send: (call: T) => Promise<void>): Promise<void> {
  const remaining = calls.values();
  const sendAll = async () => {
    for (const call of remaining) await send(call);
  };
  await Promise.all(Array.from({ length: callsInFlight }, sendAll));
}

function callsOf<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / rowsPerCall) }, (_, call) =>
    rows.slice(call * rowsPerCall, (call + 1) * rowsPerCall),
  );
}

function report(best: ReadonlyMap<Contender, Measured>): void {
  const perSecond = (contender: Contender) => rowsWanted / ((best.get(contender)?.wallMs ?? Number.NaN) / 1000);
  const plain = perSecond('plain upsert of the client');
  const lines = [...best].map(([contender, { wallMs, cpuMs }]) => [
    ...[contender, perSecond(contender).toFixed(0), `${(perSecond(contender) / plain).toFixed(1)} ×`],
    ...[(wallMs / 1000).toFixed(2), (cpuMs / 1000).toFixed(2)],
  ]);
  const conditions = `${rowsWanted} rows of ${dimensions} dimensions, ${rowsPerCall} in a call, ${callsInFlight} concurrent calls`;
  process.stdout.write(`${conditions}, the best of ${times}\n\n`);
  process.stdout.write(table([['way', 'rows/s', 'of plain', 'seconds', 'of its processor'], ...lines]));
  const found = perSecond('Batchmill, encoded directly') / plain;
  const verdict = found >= goal ? 'hit ' : 'MISS';
  process.stdout.write(
    `\n${bottleneckOf(best)}\n${verdict}  ${goal} times the plain upsert's rows per second: ${found.toFixed(1)}\n`,
  );
}

/** The server limits the throughput when it alone takes nearly as long; otherwise this process does. */
function bottleneckOf(best: ReadonlyMap<Contender, Measured>): string {
  const quick = best.get('Batchmill, encoded directly')?.wallMs ?? Number.NaN;
  const server = best.get('the server alone')?.wallMs ?? Number.NaN;
  const share = server / quick;
  const bottleneck = share >= 0.8 ? 'the server limits the direct encoding' : 'this process limits the direct encoding';
  return `${bottleneck}: the server alone takes ${(share * 100).toFixed(0)} % of its time`;
}

/** Vectors like a model's: components around zero, length one. */
function rowsOf(count: number): VectorRow[] {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, (_, row) => {
    const vector = Float32Array.from({ length: dimensions }, next);
    const length = Math.hypot(...vector);
    return {
      key: `chunk ${row}`,
      fields: { block_mongo_id: `${row}`, block_doc_id: `${row % 100}` },
      vector: vector.map((at) => at / length),
    };
  });
}

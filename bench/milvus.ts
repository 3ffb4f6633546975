import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { serverAddresses } from '@batchmill/testing';
import type { VectorRow } from '@batchmill/vectors';
import { encodeUpsert, MilvusVectors, UpsertChannel, type UpsertEncoder } from '@batchmill/vectors/milvus';
import type { Goal } from './goals.ts';
import { inTurns, median, timesOf } from './in-turns.ts';
import { goalLines } from './report.ts';
import { table } from './table.ts';
import { unitVectors } from './unit-vectors.ts';

/*
 * `npm run bench:milvus [-- --rows 20000 --rounds 3]`: writes rows of 1536 dimensions into a running Milvus in four ways, which take
 * turns; a figure is the median of the rounds. Every time uses a new collection, whose rows are counted before the next one.
 */
const options = {
  rows: { type: 'string', default: '10000' },
  rounds: { type: 'string', default: '3' },
  'calls-in-flight': { type: 'string', default: '2' },
  'mib-per-call': { type: 'string', default: '4' },
} as const;
const { values } = parseArgs({ options });
const [rowsWanted, rounds] = [Number(values.rows), Number(values.rounds)];
const [callsInFlight, maxCallBytes] = [Number(values['calls-in-flight']), Number(values['mib-per-call']) * 2 ** 20];
const dimensions = 1_536;
const fields = ['block_mongo_id', 'block_doc_id'];
const bytesPerRow = dimensions * 4 + 100;
const rowsPerCall = Math.max(1, Math.floor(maxCallBytes / bytesPerRow));
const timeoutMs = 120_000;
const leastTimesPlain = 3;
const leastShareOfServer = 0.95;

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const plain = 'plain upsert of the client';
const direct = 'Batchmill, encoded directly';
const server = 'the server alone';
const contenders = {
  [plain]: plainUpsert,
  'Batchmill by that upsert': (collection: string, rows: readonly VectorRow[]) => byBatchmill('sdk', collection, rows),
  [direct]: (collection: string, rows: readonly VectorRow[]) => byBatchmill('direct', collection, rows),
  [server]: serverAlone,
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
  const names = Object.keys(contenders) as Contender[];
  report(await inTurns(Object.fromEntries(names.map((name) => [name, () => measure(name, rows)])), rounds));
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

function report(measured: ReadonlyMap<string, readonly Measured[]>): void {
  const of = (name: string) => measured.get(name) ?? [];
  const toOther = (name: string, other: string) =>
    timesOf(of(name), of(other), (one, base) => base.wallMs / one.wallMs);
  const lines = [...measured].map(([name, each]) => {
    const [wallMs, cpuMs] = [median(each.map((one) => one.wallMs)), median(each.map((one) => one.cpuMs))];
    const perSecond = (rowsWanted / (wallMs / 1000)).toFixed(0);
    return [name, perSecond, `${toOther(name, plain).times.toFixed(1)} ×`, seconds(wallMs), seconds(cpuMs)];
  });
  const conditions = `${rowsWanted} rows of ${dimensions} dimensions, ${rowsPerCall} in a call, ${callsInFlight} concurrent calls`;
  const [timesPlain, ofServer] = [toOther(direct, plain), toOther(direct, server)];
  const goals: Goal[] = [
    {
      name: `${leastTimesPlain} times the plain upsert's rows per second`,
      found: `${timesPlain.times.toFixed(1)} (${timesPlain.each})`,
      isHit: timesPlain.times >= leastTimesPlain,
    },
    {
      name: `at least ${leastShareOfServer * 100} % of what the server alone takes`,
      found: `${(ofServer.times * 100).toFixed(0)} % (${ofServer.each})`,
      isHit: ofServer.times >= leastShareOfServer,
    },
  ];
  process.stdout.write(
    `${conditions}, medians of ${rounds} rounds\n\n${table([
      ['way', 'rows/s', 'of plain', 'seconds', 'of its processor'],
      ...lines,
    ])}\n${goalLines(goals)}`,
  );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function rowsOf(count: number): VectorRow[] {
  const vectors = unitVectors(dimensions);
  return Array.from({ length: count }, (_, row) => ({
    key: `chunk ${row}`,
    fields: { block_mongo_id: `${row}`, block_doc_id: `${row % 100}` },
    vector: vectors.next().value,
  }));
}

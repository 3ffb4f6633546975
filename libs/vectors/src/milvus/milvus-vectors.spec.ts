import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  credentials,
  makeClientConstructor,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { getGRPCService, LOADER_OPTIONS, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { eventually } from '@batchmill/testing';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { VectorRow } from '../vectors.js';
import { MilvusVectors, type MilvusVectorsOptions, type WayOfWriting } from './index.js';
import { wayOfWriting } from './way-of-writing.js';

const { service } = getGRPCService({ serviceName: 'milvus.proto.milvus.MilvusService' }, LOADER_OPTIONS);
const success = { error_code: 'Success', code: 0, reason: '' };
const slowDown = { error_code: 'RateLimit', code: 8, reason: 'slow down' };
const dimensions = 8;

/** What a server of the SDK's own protocol heard, and what it says to the next calls that write. */
class Milvus {
  readonly rows: string[] = [];
  readonly sizes: number[] = [];
  readonly heard: { authorization: unknown; database: unknown }[] = [];
  mostAtOnce = 0;
  private atOnce = 0;

  constructor(private readonly answers: { status?: object; silent?: boolean }[]) {}

  readonly upsert: Unary = async ({ request, metadata }) => {
    this.heard.push({ authorization: metadata.get('authorization')[0], database: metadata.get('dbname')[0] });
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.atOnce -= 1;
    const { status = success, silent } = this.answers.shift() ?? {};
    if (silent) await new Promise(() => undefined);
    const keys = request.fields_data?.find(({ field_name: name }) => name === 'key')?.scalars.string_data.data ?? [];
    this.sizes.push(keys.length);
    if (status === success) this.rows.push(...keys);
    return { status };
  };
}

interface Call {
  readonly request: {
    readonly fields_data?: readonly { field_name: string; scalars: { string_data: { data: string[] } } }[];
  };
  readonly metadata: { get(name: string): unknown[] };
}
type Unary = (call: Call) => Promise<object>;

describe.each<WayOfWriting>(['quick', 'sdk'])('Milvus, written the way "%s"', (way) => {
  let server: Server;
  let opened: MilvusVectors[];

  beforeEach(() => {
    server = new Server();
    opened = [];
  });

  afterEach(async () => {
    server.forceShutdown();
    await Promise.all(opened.map((vectors) => vectors.close()));
  });

  async function open(milvus: Milvus, options: Partial<MilvusVectorsOptions> = {}): Promise<MilvusVectors> {
    const port = await serve(server, milvus);
    const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${port}`, way, ...options });
    opened.push(vectors);
    return vectors;
  }

  it('one that asks to slow down is asked again, and every row arrives', async () => {
    const milvus = new Milvus([{ status: slowDown }, { status: slowDown }]);
    const vectors = await open(milvus);
    await vectors.upsert('blocks', rowsOf(3));

    expect(milvus.rows).toEqual(['key 0', 'key 1', 'key 2']);
  });

  it('one that goes on asking to slow down is away when the time of the call is over', async () => {
    const vectors = await open(new Milvus(Array.from({ length: 100 }, () => ({ status: slowDown }))), {
      callTimeoutMs: 2_000,
    });

    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({
      kind: 'ConnectionError',
      code: 'vectors.rate-limited',
    });
  });

  it('one that does not answer in time has taken too long', async () => {
    const vectors = await open(new Milvus([{ silent: true }]), { callTimeoutMs: 2_000 });

    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({
      kind: 'TimeoutError',
      code: 'vectors.timeout',
      message: expect.stringContaining('1 rows into the collection blocks'),
    });
  });

  it('one that was away and is back is written to again', async () => {
    const port = await serve(server, new Milvus([]));
    const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${port}`, way });
    opened.push(vectors);
    await vectors.upsert('blocks', rowsOf(1));
    server.forceShutdown();
    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({ code: 'vectors.unavailable' });
    server = new Server();
    const back = new Milvus([]);
    await serve(server, back, port);

    await eventually('a call that goes well', () =>
      vectors.upsert('blocks', rowsOf(2)).then(
        () => true,
        () => false,
      ),
    );
    expect(back.rows).toEqual(['key 0', 'key 1']);
  });

  it('what it refuses is said by its own words', async () => {
    const refusal = { error_code: 'IllegalArgument', code: 1100, reason: 'no such partition' };
    const vectors = await open(new Milvus([{ status: refusal }]));

    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({
      kind: 'ValidationError',
      message: expect.stringContaining('no such partition'),
    });
  });

  it('many rows go in calls of bounded size, of which few are under way at a time', async () => {
    const milvus = new Milvus([]);
    const vectors = await open(milvus, { callsInFlight: 3, maxCallBytes: 1_000 });
    await Promise.all([vectors.upsert('blocks', rowsOf(100)), vectors.upsert('blocks', rowsOf(100))]);

    expect(milvus.rows).toHaveLength(200);
    expect(milvus.mostAtOnce).toBe(3);
    expect(Math.max(...milvus.sizes)).toBeLessThan(1_000 / (dimensions * 4));
  });

  it('after a call that failed no further one is begun', async () => {
    const milvus = new Milvus([{ status: { error_code: 'UnexpectedError', code: 65_535, reason: 'no' } }]);
    const vectors = await open(milvus, { callsInFlight: 1, maxCallBytes: 1 });

    await expect(vectors.upsert('blocks', rowsOf(10))).rejects.toMatchObject({ code: 'vectors.failed' });
    expect(milvus.sizes).toEqual([1]);
  });

  it('the user and the database are said with every call', async () => {
    const milvus = new Milvus([]);
    const port = await serve(server, milvus);
    const vectors = await MilvusVectors.open({
      ...{ url: `milvus://127.0.0.1:${port}/texts`, user: 'mill', password: 'wheel', way },
    });
    opened.push(vectors);
    await vectors.upsert('blocks', rowsOf(1));

    expect(milvus.heard).toEqual([{ authorization: Buffer.from('mill:wheel').toString('base64'), database: 'texts' }]);
  });
});

describe('Milvus', () => {
  it('that is away makes every method say so, and opening does not need it', async () => {
    const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${await freePort()}`, callTimeoutMs: 2_000 });
    const away = { kind: 'ConnectionError', code: 'vectors.unavailable' };

    await expect(vectors.check()).rejects.toMatchObject(away);
    await expect(vectors.ensureCollection({ name: 'blocks', dimensions })).rejects.toMatchObject(away);
    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject(away);
    await expect(vectors.search('blocks', new Float32Array(dimensions), 1)).rejects.toMatchObject(away);
    await expect(vectors.count('blocks')).rejects.toMatchObject(away);
    await vectors.close();
  });

  it('a closed one rejects as one that is away', async () => {
    const vectors = await MilvusVectors.open({ url: 'milvus://127.0.0.1:1' });
    await vectors.close();
    await vectors.close();

    await expect(vectors.check()).rejects.toMatchObject({ kind: 'ConnectionError', code: 'vectors.closed' });
    await expect(vectors.count('blocks')).rejects.toMatchObject({ code: 'vectors.closed' });
  });

  it.each([
    ['has no pool', undefined, 'no pool'],
    ['has channels of another kind', poolOf({}), 'take no requests'],
    ['has no method', poolOf(channelWith({})), 'no method Upsert'],
    ['has the method at another path', poolOf(channelWith(upsertBut({ path: '/other' }))), 'another path'],
    [
      'has a method of other fields',
      poolOf(channelWith(upsertBut({ requestDeserialize: () => ({}) }))),
      'other fields',
    ],
    ['has a pool that fails', { acquire: () => Promise.reject(new Error('no more')), release: () => 0 }, 'no more'],
  ])('a client that %s is used by its own upsert, and the log says why', async (_, channelPool, why) => {
    const client = Object.assign(idleClient(), { channelPool } as Partial<MilvusClient>);
    const said: unknown[] = [];
    const log = { warn: (_message: string, fields?: object) => said.push(fields) };
    await wayOfWriting(client, { log });

    expect(said).toEqual([expect.objectContaining({ error: expect.stringContaining(why) })]);
  });

  it('a client that is as expected is used the quick way, and nothing is said', async () => {
    const said: unknown[] = [];
    await wayOfWriting(idleClient(), { log: { warn: (message) => said.push(message) } });

    expect(said).toEqual([]);
  });
});

/** A pool of the one channel. */
function poolOf(channel: object): object {
  return { acquire: async () => channel, release: async () => undefined };
}

/** A channel of a service that has only these methods. */
function channelWith(methods: ServiceDefinition): object {
  return new (makeClientConstructor(methods, 'MilvusService'))('127.0.0.1:1', credentials.createInsecure());
}

function upsertBut(change: Partial<ServiceDefinition[string]>): ServiceDefinition {
  return { Upsert: { ...service['Upsert']!, ...change } };
}

function idleClient(): MilvusClient {
  return new MilvusClient({ address: '127.0.0.1:1', __SKIP_CONNECT__: true, logLevel: 'error' });
}

/** Answers as a Milvus that has the collection, indexed and loaded. */
async function serve(server: Server, milvus: Milvus, port = 0): Promise<number> {
  const text = (name: string) => ({ name, data_type: 'VarChar', type_params: [{ key: 'max_length', value: '100' }] });
  const vector = { name: 'vector', data_type: 'FloatVector', type_params: [{ key: 'dim', value: String(dimensions) }] };
  const fields = [{ ...text('key'), is_primary_key: true }, text('block_mongo_id'), text('block_doc_id'), vector];
  const index = { field_name: 'vector', params: [{ key: 'metric_type', value: 'COSINE' }] };
  server.addService(service, {
    DescribeCollection: unary(async () => ({ status: success, schema: { name: 'blocks', fields } })),
    DescribeIndex: unary(async () => ({ status: success, index_descriptions: [index] })),
    GetLoadState: unary(async () => ({ status: success, state: 'LoadStateLoaded' })),
    Upsert: unary(milvus.upsert),
  });
  return await new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

function unary(answer: Unary): UntypedHandleCall {
  return (call: Call, callback: (error: null, answer: object) => void) => {
    void answer(call).then((said) => callback(null, said));
  };
}

function rowsOf(count: number): VectorRow[] {
  return Array.from({ length: count }, (_, number) => ({
    ...{ key: `key ${number}`, chunkId: 'c', parentId: 'p' },
    vector: Float32Array.from({ length: dimensions }, (__, at) => number + at),
  }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

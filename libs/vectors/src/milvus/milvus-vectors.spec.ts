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
import { eventually, selfSigned } from '@batchmill/testing';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { VectorRow } from '../vectors.js';
import { MilvusVectors, type MilvusVectorsOptions, type UpsertEncoder } from './index.js';
import { chooseWriteRows } from './write-rows.js';

const { service } = getGRPCService({ serviceName: 'milvus.proto.milvus.MilvusService' }, LOADER_OPTIONS);
const success = { error_code: 'Success', code: 0, reason: '' };
const rateLimit = { error_code: 'RateLimit', code: 8, reason: 'slow down' };
const dimensions = 8;

/** A server of the SDK's own protocol: what it received, and how it answers the next upserts. */
class MilvusServer {
  readonly rows: string[] = [];
  readonly sizes: number[] = [];
  readonly received: { authorization: unknown; database: unknown }[] = [];
  mostInFlight = 0;
  private inFlight = 0;

  constructor(private readonly answers: { status?: object; silent?: boolean }[]) {}

  readonly upsert: Unary = async ({ request, metadata }) => {
    this.received.push({ authorization: metadata.get('authorization')[0], database: metadata.get('dbname')[0] });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
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

describe.each<UpsertEncoder>(['direct', 'sdk'])('Milvus, with rows encoded by "%s"', (encoder) => {
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

  async function open(milvus: MilvusServer, options: Partial<MilvusVectorsOptions> = {}): Promise<MilvusVectors> {
    const port = await serve(server, milvus);
    const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${port}`, encoder, ...options });
    opened.push(vectors);
    return vectors;
  }

  it('an upsert that meets the rate limit is retried, and every row arrives', async () => {
    const milvus = new MilvusServer([{ status: rateLimit }, { status: rateLimit }]);
    const vectors = await open(milvus);
    await vectors.upsert('blocks', rowsOf(3));

    expect(milvus.rows).toEqual(['key 0', 'key 1', 'key 2']);
  });

  it('an upsert that still meets the rate limit when its time is over is refused as if the server were unavailable', async () => {
    const vectors = await open(new MilvusServer(Array.from({ length: 100 }, () => ({ status: rateLimit }))), {
      callTimeoutMs: 2_000,
    });

    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({
      kind: 'ConnectionError',
      code: 'vectors.rate-limited',
    });
  });

  it('an upsert without an answer times out', async () => {
    const vectors = await open(new MilvusServer([{ silent: true }]), { callTimeoutMs: 2_000 });

    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({
      kind: 'TimeoutError',
      code: 'vectors.timeout',
      message: expect.stringContaining('1 rows into the collection blocks'),
    });
  });

  it('upserts succeed again after an outage', async () => {
    const port = await serve(server, new MilvusServer([]));
    const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${port}`, encoder });
    opened.push(vectors);
    await vectors.upsert('blocks', rowsOf(1));
    server.forceShutdown();
    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({ code: 'vectors.unavailable' });
    server = new Server();
    const restarted = new MilvusServer([]);
    await serve(server, restarted, port);

    await eventually('an upsert that succeeds', () =>
      vectors.upsert('blocks', rowsOf(2)).then(
        () => true,
        () => false,
      ),
    );
    expect(restarted.rows).toEqual(['key 0', 'key 1']);
  });

  it('a refusal quotes the reason that the server gave', async () => {
    const refusal = { error_code: 'IllegalArgument', code: 1100, reason: 'no such partition' };
    const vectors = await open(new MilvusServer([{ status: refusal }]));

    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject({
      kind: 'ValidationError',
      message: expect.stringContaining('no such partition'),
    });
  });

  it('many rows are sent in calls of limited size, a limited number of which are in flight at a time', async () => {
    const milvus = new MilvusServer([]);
    const vectors = await open(milvus, { callsInFlight: 3, maxCallBytes: 1_000 });
    await Promise.all([vectors.upsert('blocks', rowsOf(100)), vectors.upsert('blocks', rowsOf(100))]);

    expect(milvus.rows).toHaveLength(200);
    expect(milvus.mostInFlight).toBe(3);
    expect(Math.max(...milvus.sizes)).toBeLessThan(1_000 / (dimensions * 4));
  });

  it('after a failed call no further one is sent', async () => {
    const milvus = new MilvusServer([{ status: { error_code: 'UnexpectedError', code: 65_535, reason: 'no' } }]);
    const vectors = await open(milvus, { callsInFlight: 1, maxCallBytes: 1 });

    await expect(vectors.upsert('blocks', rowsOf(10))).rejects.toMatchObject({ code: 'vectors.failed' });
    expect(milvus.sizes).toEqual([1]);
  });

  it('every call carries the user and the database', async () => {
    const milvus = new MilvusServer([]);
    const port = await serve(server, milvus);
    const vectors = await MilvusVectors.open({
      ...{ url: `milvus://127.0.0.1:${port}/texts`, user: 'mill', password: 'wheel', encoder },
    });
    opened.push(vectors);
    await vectors.upsert('blocks', rowsOf(1));

    expect(milvus.received).toEqual([
      { authorization: Buffer.from('mill:wheel').toString('base64'), database: 'texts' },
    ]);
  });
});

describe('Milvus', () => {
  it('opens without a server, and every method rejects while there is none', async () => {
    const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${await freePort()}`, callTimeoutMs: 2_000 });
    const unavailable = { kind: 'ConnectionError', code: 'vectors.unavailable' };

    await expect(vectors.check()).rejects.toMatchObject(unavailable);
    await expect(vectors.ensureCollection({ name: 'blocks', dimensions, fields: [] })).rejects.toMatchObject(
      unavailable,
    );
    await expect(vectors.upsert('blocks', rowsOf(1))).rejects.toMatchObject(unavailable);
    await expect(vectors.search('blocks', new Float32Array(dimensions), 1)).rejects.toMatchObject(unavailable);
    await expect(vectors.count('blocks')).rejects.toMatchObject(unavailable);
    await vectors.close();
  });

  it('rejects after it was closed', async () => {
    const vectors = await MilvusVectors.open({ url: 'milvus://127.0.0.1:1' });
    await vectors.close();
    await vectors.close();

    await expect(vectors.check()).rejects.toMatchObject({ kind: 'ConnectionError', code: 'vectors.closed' });
    await expect(vectors.count('blocks')).rejects.toMatchObject({ code: 'vectors.closed' });
  });

  describe('with certificates', () => {
    let caFile: string;

    beforeEach(async () => {
      caFile = join(await mkdtemp(join(tmpdir(), 'batchmill-milvus-')), 'ca.pem');
    });
    afterEach(() => rm(dirname(caFile), { recursive: true }));

    it('refuses a file of a certificate that it cannot read, or that is none, when it is opened', async () => {
      const files = { certificateFile: caFile, keyFile: caFile };
      const open = (tls: MilvusVectorsOptions['tls']) => MilvusVectors.open({ url: 'milvus://127.0.0.1:1', tls });
      const refusal = { kind: 'ValidationError', code: 'vectors.bad-address' };

      await expect(open({ caFile })).rejects.toMatchObject(refusal);
      await writeFile(caFile, 'no certificate');
      await expect(open(files)).rejects.toMatchObject(refusal);
    });

    it('tries again with the next call when it could not be opened at the first one', async () => {
      const { cert } = selfSigned('127.0.0.1');
      await writeFile(caFile, cert);
      const vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${await freePort()}`, tls: { caFile } });
      await rm(caFile);

      await expect(vectors.check()).rejects.toMatchObject({
        kind: 'ConnectionError',
        message: expect.stringContaining('cannot be opened'),
      });
      await writeFile(caFile, cert);
      await expect(vectors.check()).rejects.toMatchObject({ message: expect.stringContaining('Checking the health') });
      await vectors.close();
    });
  });

  it.each([
    ['has no pool', undefined, 'no pool'],
    ['has channels of another kind', poolOf({}), 'no method makeUnaryRequest'],
    ['has no method', poolOf(channelWith({})), 'no method Upsert'],
    ['has the method at another path', poolOf(channelWith(upsertBut({ path: '/other' }))), 'another path'],
    [
      'has a method of other fields',
      poolOf(channelWith(upsertBut({ requestDeserialize: () => ({}) }))),
      'other fields',
    ],
    ['has a pool that fails', { acquire: () => Promise.reject(new Error('no more')), release: () => 0 }, 'no more'],
  ])('the upsert of a client that %s is used, and the log gives the reason', async (_, channelPool, why) => {
    const client = Object.assign(idleClient(), { channelPool } as Partial<MilvusClient>);
    const logged: unknown[] = [];
    const log = { warn: (_message: string, fields?: object) => logged.push(fields) };
    await chooseWriteRows(client, { log });

    expect(logged).toEqual([expect.objectContaining({ error: expect.stringContaining(why) })]);
  });

  it('nothing is logged for a client that is as expected', async () => {
    const logged: unknown[] = [];
    await chooseWriteRows(idleClient(), { log: { warn: (message) => logged.push(message) } });

    expect(logged).toEqual([]);
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

/** Serves a collection that is indexed and loaded. */
async function serve(server: Server, milvus: MilvusServer, port = 0): Promise<number> {
  const text = (name: string) => ({ name, data_type: 'VarChar', type_params: [{ key: 'max_length', value: '100' }] });
  const vector = { name: 'vector', data_type: 'FloatVector', type_params: [{ key: 'dim', value: String(dimensions) }] };
  const fields = [{ ...text('key'), is_primary_key: true }, text('block_mongo_id'), text('block_doc_id'), vector];
  const index = { field_name: 'vector', params: [{ key: 'metric_type', value: 'COSINE' }] };
  server.addService(service, {
    DescribeCollection: unary(async () => ({
      status: success,
      collection_name: 'blocks',
      schema: { name: 'blocks', fields },
    })),
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
    void answer(call).then((response) => callback(null, response));
  };
}

function rowsOf(count: number): VectorRow[] {
  return Array.from({ length: count }, (_, number) => ({
    ...{ key: `key ${number}`, fields: { block_mongo_id: 'c', block_doc_id: 'p' } },
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

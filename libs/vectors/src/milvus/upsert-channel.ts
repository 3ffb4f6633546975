import { endianness } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { encodeUpsert } from './encode-upsert.js';
import type { WriteRows } from './write-rows.js';

const upsertPath = '/milvus.proto.milvus.MilvusService/Upsert';

/** What is sent: bytes, of which the client's interceptor makes JSON for its debug log, written or not. */
interface EncodedRequest {
  readonly bytes: Buffer;
  toJSON(): string;
}

/** What is used of the SDK's channels. They are gRPC's clients; the SDK does not promise that they stay so. */
interface Channel {
  makeUnaryRequest(
    path: string,
    serialize: (request: EncodedRequest) => Buffer,
    deserialize: (bytes: Buffer) => unknown,
    request: EncodedRequest,
    options: { deadline: Date },
    callback: (error: Error | null, answer?: unknown) => void,
  ): void;
}

interface Method {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

interface ChannelPool {
  acquire(): PromiseLike<Channel>;
  release(channel: Channel): PromiseLike<void>;
}

/** Sends encoded requests through the SDK's own channels, with its metadata and credentials. */
export class UpsertChannel {
  private constructor(
    private readonly channelPool: ChannelPool,
    private readonly method: Method,
  ) {}

  /** A text that says why it cannot be used, when the SDK's channels are not what they were in 2.6.11. */
  static async open(client: object): Promise<UpsertChannel | string> {
    if (endianness() !== 'LE') return 'this machine does not keep numbers the way they are sent';
    const pool = poolOf(client);
    if (pool === null) return 'it has no pool of channels';
    try {
      const channel = await pool.acquire();
      await pool.release(channel);
      if (!has(channel, 'makeUnaryRequest')) return 'its channels take no requests';
      const method = upsertOf(channel);
      if (method === null) return 'its channels have no method Upsert';
      if (method.path !== upsertPath) return 'its method Upsert has another path';
      return understandsUs(method) ? new UpsertChannel(pool, method) : 'its UpsertRequest has other fields than ours';
    } catch (error) {
      return `its channels failed: ${error instanceof Error ? error.message : 'something was thrown'}`;
    }
  }

  readonly write: WriteRows = (collection, rows, timeoutMs) => this.send(encodeUpsert(collection, rows), timeoutMs);

  /** Resolves with the answer as the SDK reads it. */
  async send(bytes: Buffer, timeoutMs: number): Promise<unknown> {
    const { channelPool, method } = this;
    // eslint-disable-next-line no-restricted-properties -- gRPC's deadlines are times of the machine's clock
    const deadline = new Date(Date.now() + timeoutMs);
    const channel = await channelPool.acquire();
    try {
      return await new Promise((resolve, reject) => {
        channel.makeUnaryRequest(
          method.path,
          (request) => request.bytes,
          method.responseDeserialize,
          { bytes, toJSON: () => '' },
          { deadline },
          (error, answer) => {
            if (error) reject(error);
            else resolve(answer);
          },
        );
      });
    } finally {
      await channelPool.release(channel);
    }
  }
}

function poolOf(client: object): ChannelPool | null {
  const { channelPool } = client as { channelPool?: object };
  return has(channelPool, 'acquire', 'release') ? (channelPool as ChannelPool) : null;
}

/** The method as the class of the channel has it: gRPC keeps the definition of a service at its class of clients. */
function upsertOf(channel: Channel): Method | null {
  const { service } = channel.constructor as { service?: { Upsert?: object } };
  const method = service?.Upsert;
  return has(method, 'requestDeserialize', 'responseDeserialize') ? (method as Method) : null;
}

/** Whether the SDK reads what we encode as what we meant. */
function understandsUs(method: Method): boolean {
  const row = { key: 'k', chunkId: 'c', parentId: 'p', vector: Float32Array.of(1, -2) };
  const read = method.requestDeserialize(encodeUpsert({ name: 'probe', dimensions: 2 }, [row, row])) as {
    collection_name?: unknown;
    num_rows?: unknown;
    fields_data?: readonly { field_name?: unknown; scalars?: TextColumn; vectors?: NumberColumn }[];
  };
  const columns = read.fields_data?.map(({ field_name: name, scalars, vectors }) => [
    name,
    scalars?.string_data?.data ?? vectors?.float_vector?.data,
  ]);
  return isDeepStrictEqual(
    [read.collection_name, read.num_rows, columns],
    [
      'probe',
      2,
      [
        ['key', ['k', 'k']],
        ['block_mongo_id', ['c', 'c']],
        ['block_doc_id', ['p', 'p']],
        ['vector', [1, -2, 1, -2]],
      ],
    ],
  );
}

interface TextColumn {
  readonly string_data?: { readonly data?: unknown };
}

interface NumberColumn {
  readonly float_vector?: { readonly data?: unknown };
}

function has(part: object | undefined, ...functions: string[]): boolean {
  return part !== undefined && functions.every((name) => typeof (part as Record<string, unknown>)[name] === 'function');
}

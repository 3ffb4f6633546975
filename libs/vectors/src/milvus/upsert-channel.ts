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

/** The parts of the SDK's inside that are used; none of them is promised by it. */
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

interface Inside {
  readonly channelPool: ChannelPool;
  readonly method: Method;
}

/** Sends encoded requests through the SDK's own channel, with its metadata and credentials. */
export class UpsertChannel {
  private constructor(private readonly inside: Inside) {}

  /** Why it cannot be used, as a text, when the SDK's inside is not what it was in 3.0.6. */
  static async open(client: object): Promise<UpsertChannel | string> {
    try {
      const inside = insideOf(client);
      if (typeof inside === 'string') return inside;
      const channel = await inside.channelPool.acquire();
      await inside.channelPool.release(channel);
      if (!has(channel, 'makeUnaryRequest')) return 'its channels take no requests';
      return understandsUs(inside.method) ? new UpsertChannel(inside) : 'its UpsertRequest has other fields than ours';
    } catch (error) {
      return `its inside failed: ${error instanceof Error ? error.message : 'something was thrown'}`;
    }
  }

  readonly write: WriteRows = (collection, rows, timeoutMs) => this.send(encodeUpsert(collection, rows), timeoutMs);

  /** Resolves with the answer as the SDK reads it. */
  async send(bytes: Buffer, timeoutMs: number): Promise<unknown> {
    const { channelPool, method } = this.inside;
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

function insideOf(client: object): Inside | string {
  if (endianness() !== 'LE') return 'this machine does not keep numbers the way they are sent';
  const { channelPool, _MilvusService: service } = client as {
    channelPool?: object;
    _MilvusService?: { service?: { Upsert?: object } };
  };
  if (!has(channelPool, 'acquire', 'release')) return 'it has no pool of channels';
  const method = service?.service?.Upsert;
  if (!has(method, 'requestDeserialize', 'responseDeserialize')) return 'it has no method Upsert';
  const inside = { channelPool, method } as unknown as Inside; // its functions were looked at, and are tried before use
  return inside.method.path === upsertPath ? inside : 'its method Upsert has another path';
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

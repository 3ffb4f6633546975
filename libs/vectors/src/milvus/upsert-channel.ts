import { endianness } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { encodeUpsert } from './encode-upsert.js';

const upsertPath = '/milvus.proto.milvus.MilvusService/Upsert';

/** The encoded bytes. The client's interceptor makes JSON of every request for its debug log, even if nothing is logged. */
interface EncodedRequest {
  readonly bytes: Buffer;
  toJSON(): string;
}

/** The part of the SDK's channels that is used here. They are gRPC clients; the SDK does not promise that they stay so. */
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

  /** Resolves with the reason, as text, if the SDK's channels are not as they were in 2.6.11 and cannot be used. */
  static async open(client: object): Promise<UpsertChannel | string> {
    if (endianness() !== 'LE') return 'this machine is not little-endian';
    const pool = poolOf(client);
    if (pool === null) return 'it has no pool of channels';
    try {
      const channel = await pool.acquire();
      await pool.release(channel);
      if (!has(channel, 'makeUnaryRequest')) return 'its channels have no method makeUnaryRequest';
      const method = upsertOf(channel);
      if (method === null) return 'its channels have no method Upsert';
      if (method.path !== upsertPath) return 'its method Upsert has another path';
      return decodesOurRequests(method)
        ? new UpsertChannel(pool, method)
        : 'its UpsertRequest has other fields than ours';
    } catch (error) {
      return `its channels failed: ${error instanceof Error ? error.message : 'a value was thrown that is no error'}`;
    }
  }

  /** Resolves with the answer as the SDK decodes it. */
  async send(bytes: Buffer, timeoutMs: number): Promise<unknown> {
    const { channelPool, method } = this;
    // eslint-disable-next-line no-restricted-properties -- gRPC takes deadlines as times of the system clock
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

/** Returns the definition of the method, which gRPC keeps on the class of the channel. */
function upsertOf(channel: Channel): Method | null {
  const { service } = channel.constructor as { service?: { Upsert?: object } };
  const method = service?.Upsert;
  return has(method, 'requestDeserialize', 'responseDeserialize') ? (method as Method) : null;
}

/** True if the SDK decodes an encoded request to the rows that were encoded. */
function decodesOurRequests(method: Method): boolean {
  const values = { integer: -5n, number: 0.5, flag: true };
  const row = { key: 'k', fields: { text: 't', other: 'o' }, values, vector: Float32Array.of(1, -2) };
  const valueFields = { integer: 'integer', number: 'number', flag: 'boolean' } as const;
  const collection = { name: 'probe', dimensions: 2, fields: ['text', 'other'], valueFields };
  const decoded = method.requestDeserialize(encodeUpsert(collection, [row, row])) as {
    collection_name?: unknown;
    num_rows?: unknown;
    fields_data?: readonly { field_name?: unknown; scalars?: ScalarColumn; vectors?: NumberColumn }[];
  };
  const columns = decoded.fields_data?.map(({ field_name: name, scalars, vectors }) => [
    name,
    dataOf(scalars) ?? vectors?.float_vector?.data,
  ]);
  return isDeepStrictEqual(
    [decoded.collection_name, decoded.num_rows, columns],
    [
      'probe',
      2,
      [
        ['key', ['k', 'k']],
        ['text', ['t', 't']],
        ['other', ['o', 'o']],
        ['integer', ['-5', '-5']],
        ['number', [0.5, 0.5]],
        ['flag', [true, true]],
        ['vector', [1, -2, 1, -2]],
      ],
    ],
  );
}

function dataOf(column: ScalarColumn | undefined): unknown {
  const { string_data: texts, long_data: integers, double_data: numbers, bool_data: booleans } = column ?? {};
  return (texts ?? integers ?? numbers ?? booleans)?.data;
}

type ScalarColumn = Partial<
  Record<'string_data' | 'long_data' | 'double_data' | 'bool_data', { readonly data?: unknown }>
>;

interface NumberColumn {
  readonly float_vector?: { readonly data?: unknown };
}

function has(part: object | undefined, ...functions: string[]): boolean {
  return part !== undefined && functions.every((name) => typeof (part as Record<string, unknown>)[name] === 'function');
}

import { MilvusClient, type ClientConfig } from '@zilliz/milvus2-sdk-node';
import type { MilvusAddress } from './milvus-address.js';
import type { MilvusTls, MilvusVectorsOptions } from './milvus-options.js';

/** Reconnects within seconds after an outage. By default gRPC waits up to two minutes. */
const maxReconnectMs = 2_000;
/** Channels for searches and counts, so that they do not wait for write calls. */
const readCalls = 8;

export type MilvusClientOptions = Omit<MilvusVectorsOptions, 'url'> & {
  readonly address: MilvusAddress;
  readonly callTimeoutMs: number;
  readonly callsInFlight: number;
};

/**
 * Makes the SDK's client, which connects at its first call: connecting at construction would end the process with an
 * unhandled rejection when the server is unavailable. The SDK's retries are off because each would restart the deadline.
 * Its log is off because it contains whole requests when NODE_ENV is `debug`.
 */
export function makeMilvusClient(options: MilvusClientOptions): MilvusClient {
  const { host, port, database } = options.address;
  const { token, user, password, tls, callTimeoutMs, callsInFlight } = options;
  return new MilvusClient({
    address: `${host}:${port}`,
    __SKIP_CONNECT__: true,
    logLevel: 'error',
    maxRetries: 0,
    timeout: callTimeoutMs,
    pool: { min: 0, max: callsInFlight + readCalls },
    channelOptions: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': maxReconnectMs,
    },
    ...(database === null ? {} : { database }),
    ...(token === undefined ? {} : { token }),
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...tlsOf(tls),
  });
}

function tlsOf(tls: boolean | MilvusTls | undefined): Pick<ClientConfig, 'ssl' | 'tls'> {
  if (tls === undefined || tls === false) return {};
  if (tls === true) return { ssl: true };
  const { caFile, certificateFile, keyFile, serverName } = tls;
  return {
    ssl: true,
    tls: {
      ...(caFile === undefined ? {} : { rootCertPath: caFile }),
      ...(certificateFile === undefined ? {} : { certChainPath: certificateFile }),
      ...(keyFile === undefined ? {} : { privateKeyPath: keyFile }),
      ...(serverName === undefined ? {} : { serverName }),
    },
  };
}

import { MilvusClient, type ClientConfig } from '@zilliz/milvus2-sdk-node';
import type { MilvusAddress } from './milvus-address.js';
import type { MilvusTls, MilvusVectorsOptions } from './milvus-options.js';

/** So that a server that is back is found within seconds; by default gRPC waits up to two minutes. */
const longestReconnectMs = 2_000;
/** Searches and counts are not kept waiting by calls that write. */
const otherCalls = 8;

/**
 * The SDK's client. It connects at its first call: its own connecting at construction would end the process with an
 * unhandled rejection when the server is away. Its retries are off, because they start the deadline anew each time; so is
 * its log, which says whole requests when NODE_ENV is `debug`.
 */
export function makeMilvusClient(
  { host, port, database }: MilvusAddress,
  options: MilvusVectorsOptions,
  { callTimeoutMs, callsInFlight }: { callTimeoutMs: number; callsInFlight: number },
): MilvusClient {
  const { token, user, password, tls } = options;
  return new MilvusClient({
    address: `${host}:${port}`,
    __SKIP_CONNECT__: true,
    logLevel: 'error',
    maxRetries: 0,
    timeout: callTimeoutMs,
    pool: { min: 0, max: callsInFlight + otherCalls },
    channelOptions: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': longestReconnectMs,
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

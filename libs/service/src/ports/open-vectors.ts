import type { Vectors } from '@batchmill/vectors';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import type { Log } from '@batchmill/telemetry';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

export async function openVectors(
  { installation: { home }, adapters: { vectors }, milvus }: Settings,
  log: Log,
): Promise<Vectors> {
  if (vectors.scheme === 'embedded') return EmbeddedVectors.open({ file: join(home, 'vectors.db') });
  const { MilvusVectors } = await import('@batchmill/vectors/milvus');
  const { token, tls, caFile, serverName } = milvus;
  return MilvusVectors.open({
    url: vectors.url,
    token: token ?? undefined,
    tls: tls === 'true' ? { caFile: caFile ?? undefined, serverName: serverName ?? undefined } : undefined,
    log,
  });
}

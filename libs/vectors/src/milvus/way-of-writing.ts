import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import type { MilvusVectorsOptions } from './milvus-options.js';
import { UpsertChannel } from './upsert-channel.js';
import { writeBySdk } from './write-by-sdk.js';
import type { WriteRows } from './write-rows.js';

/** The quick way, unless the other one is asked for or the SDK's inside is not as expected, which is said in the log. */
export async function wayOfWriting(
  client: MilvusClient,
  { way = 'quick', log }: Pick<MilvusVectorsOptions, 'way' | 'log'>,
): Promise<WriteRows> {
  if (way === 'sdk') return writeBySdk(client);
  const channel = await UpsertChannel.open(client);
  if (typeof channel !== 'string') return channel.write;
  log?.warn('Rows go to Milvus through its own upsert, several times slower than they could', {
    operation: 'vectors',
    error: `the Milvus client is not as expected: ${channel}`,
  });
  return writeBySdk(client);
}

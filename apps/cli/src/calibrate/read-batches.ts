import { markIn } from '@batchmill/batch-submitter';
import type { ProviderBatch } from '@batchmill/provider';
import type { Engine } from '@batchmill/service';
import type { ListedBatch } from './calibrate-batches.js';

export interface WhichBatches {
  readonly since: Date;
  /** At most this many, the newest. */
  readonly limit: number;
}

/** The batches of the account, whoever made them. */
export async function readBatches(engine: Engine, { since, limit }: WhichBatches): Promise<ListedBatch[]> {
  const listed: ProviderBatch[] = [];
  for await (const batch of engine.provider.listBatches(since)) {
    if (listed.length === limit) break;
    listed.push(batch);
  }
  return Promise.all(listed.map(async (batch) => ({ batch, model: await modelOf(engine, batch) })));
}

async function modelOf(
  { batches, engineSettings }: Engine,
  { metadata, model }: ProviderBatch,
): Promise<string | null> {
  const mark = markIn(metadata);
  const record = mark?.installation === engineSettings.installation ? await batches.get(mark.batchId) : null;
  return record?.model ?? model;
}

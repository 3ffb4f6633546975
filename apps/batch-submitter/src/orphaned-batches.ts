import { Provider, type ProviderBatch } from '@batchmill/provider';
import { Batches, type Batch } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { markIn } from './provider-batch-mark.js';

const settledStates: readonly string[] = ['completed', 'failed', 'expired', 'cancelled'];
/** No provider batch is unsettled for longer than this. */
const maxAgeMs = 8 * 24 * 3_600_000;

/**
 * Provider batches that carry this installation's mark and that no record holds: the answer to a create call was lost,
 * the batch was submitted another time, and then the first provider batch appeared after all. They are cancelled. What
 * they completed is billed, so it is recorded with the batch and logged once. Their result files are deleted.
 */
@Injectable()
export class OrphanedBatches {
  /** Ids of the orphans that were recorded and whose result files were deleted. */
  readonly #handled = new Set<string>();

  constructor(
    private readonly batches: Batches,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly log: Log,
  ) {}

  async handleAll(): Promise<void> {
    const newest = await this.#createdAtOfNewest();
    if (newest === null) return;
    // List all before any record is read: then the key of each listed batch is saved in its record.
    const ours: ProviderBatch[] = [];
    for await (const batch of this.provider.listBatches(new Date(newest.getTime() - maxAgeMs))) {
      if (markIn(batch.metadata)?.installation === this.settings.installation) ours.push(batch);
    }
    for (const batch of ours) {
      if (!(await this.#isOrphan(batch))) continue;
      if (settledStates.includes(batch.state)) await this.#record(batch);
      else if (batch.state !== 'cancelling') await this.#cancel(batch);
    }
  }

  /** By the provider's clock; null if it lists no batch. */
  async #createdAtOfNewest(): Promise<Date | null> {
    for await (const batch of this.provider.listBatches(new Date(0))) return batch.createdAt;
    return null;
  }

  async #isOrphan({ id, metadata }: ProviderBatch): Promise<boolean> {
    const mark = markIn(metadata);
    if (mark === null) return false;
    const batch = await this.batches.get(mark.batchId);
    return batch === null || !holds(batch, id, mark.key);
  }

  async #cancel({ id, metadata }: ProviderBatch): Promise<void> {
    await this.provider.cancelBatch(id);
    this.log.warn('cancelled a provider batch that no record holds; what it has completed is billed', {
      providerBatchId: id,
      batchId: markIn(metadata)?.batchId ?? null,
    });
  }

  async #record({ id, counts, metadata, outputFileId, errorFileId }: ProviderBatch): Promise<void> {
    if (this.#handled.has(id)) return;
    const batchId = markIn(metadata)?.batchId ?? '';
    const hasRecord = (await this.batches.get(batchId)) !== null;
    const { completed } = counts;
    const isNew = hasRecord ? await this.batches.recordOrphan(batchId, { providerBatchId: id, completed }) : true;
    for (const fileId of [outputFileId, errorFileId]) if (fileId !== null) await this.provider.deleteFile(fileId);
    this.#handled.add(id);
    if (!isNew || completed === 0) return;
    this.log.warn('a provider batch that no record holds was billed; its answers are not used', {
      providerBatchId: id,
      batchId,
      requests: completed,
    });
  }
}

/** A batch that was given up as lost does not hold its provider batch any more. */
function holds(batch: Batch, providerBatchId: string, key: string): boolean {
  if (batch.previousAttempts.some((previous) => previous.providerBatchId === providerBatchId)) return true;
  return (
    batch.reason !== 'lost' &&
    (batch.provider?.providerBatchId === providerBatchId || batch.submission.armed?.key === key)
  );
}

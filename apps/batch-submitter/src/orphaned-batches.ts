import type { Provider, ProviderBatch } from '@batchmill/provider';
import type { Batch, Batches } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import { markIn } from './metadata.js';

const finalStates: readonly string[] = ['completed', 'failed', 'expired', 'cancelled'];
/** A batch cannot run for longer; older ones are over. */
const lookBackMs = 8 * 24 * 3_600_000;

/**
 * Provider batches that carry our installation's mark and that no record holds: the create call was given up, its input
 * file deleted, the batch sent anew, and then the first one turned up after all. They are cancelled; what they had done by
 * then is billed, and so it is booked with the record, told once, and its files are deleted.
 */
export class OrphanedBatches {
  readonly #told = new Set<string>();

  constructor(
    private readonly batches: Batches,
    private readonly provider: Provider,
    private readonly installation: string,
    private readonly log: Log,
  ) {}

  async settleAll(): Promise<void> {
    const newest = await this.#newest();
    if (newest === null) return;
    // First the list, then the records: a batch created in between has its record's key armed.
    const listed: ProviderBatch[] = [];
    for await (const batch of this.provider.listBatches(new Date(newest.getTime() - lookBackMs))) {
      if (markIn(batch.metadata)?.installation === this.installation) listed.push(batch);
    }
    for (const batch of listed) {
      if (!(await this.#isStray(batch))) continue;
      if (finalStates.includes(batch.state)) await this.#book(batch);
      else if (batch.state !== 'cancelling') await this.#cancel(batch);
    }
  }

  async #cancel({ id, metadata }: ProviderBatch): Promise<void> {
    await this.provider.cancelBatch(id);
    this.log.warn('cancelled a provider batch that no record holds; what it had done by then is billed', {
      providerBatchId: id,
      batchId: markIn(metadata)?.batchId ?? null,
    });
  }

  async #book({ id, counts, metadata, outputFileId, errorFileId }: ProviderBatch): Promise<void> {
    if (this.#told.has(id)) return;
    const batchId = markIn(metadata)?.batchId ?? '';
    const isRecorded = (await this.batches.get(batchId)) !== null;
    const { completed } = counts;
    const isNew = isRecorded ? await this.batches.recordOrphan(batchId, { providerBatchId: id, completed }) : true;
    for (const fileId of [outputFileId, errorFileId]) if (fileId !== null) await this.provider.deleteFile(fileId);
    this.#told.add(id);
    if (!isNew || completed === 0) return;
    this.log.warn('a provider batch that no record holds was paid and is of no use', {
      providerBatchId: id,
      batchId,
      requests: completed,
    });
  }

  /** By the provider's clock; null when it holds no batches at all. */
  async #newest(): Promise<Date | null> {
    for await (const batch of this.provider.listBatches(new Date(0))) return batch.createdAt;
    return null;
  }

  async #isStray(provided: ProviderBatch): Promise<boolean> {
    const mark = markIn(provided.metadata);
    if (mark === null) return false;
    const batch = await this.batches.get(mark.batchId);
    return batch === null || !holds(batch, provided.id, mark.key);
  }
}

function holds(batch: Batch, providerBatchId: string, key: string): boolean {
  return (
    batch.provider?.batchId === providerBatchId ||
    batch.submission.armed?.key === key ||
    batch.previousAttempts.some((former) => former.providerBatchId === providerBatchId)
  );
}

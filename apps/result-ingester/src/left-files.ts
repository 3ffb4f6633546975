import { Provider, isSameAccount } from '@batchmill/provider';
import { Batches, type Batch, type Transitions } from '@batchmill/records';
import { Every, Stage } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';

/** Deletes the provider's files that could not be deleted when their batch was ingested. */
@Stage({ name: 'result-ingester', produces: [] })
export class LeftFiles {
  constructor(
    private readonly batches: Batches,
    private readonly provider: Provider,
    private readonly log: Log,
  ) {}

  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    for await (const batch of this.batches.withLeftFiles()) await this.#deleteOrLog(batch);
  }

  /** One that cannot be deleted does not hold up the others. The next sweep tries it again. */
  async #deleteOrLog({ _id: batchId, provider, leftFiles = [] }: Batch): Promise<void> {
    // To another account it seems that there is no such file.
    if (!isSameAccount(provider?.account, this.provider.accountInfo)) return;
    for (const fileId of leftFiles) {
      try {
        await this.provider.deleteFile(fileId);
        await this.batches.removeLeftFile(batchId, fileId);
      } catch (cause) {
        const error = cause instanceof Error ? cause.message : String(cause);
        this.log.warn('a file of an ingested batch could not be deleted; the next sweep tries again', {
          batchId,
          fileId,
          error,
        });
      }
    }
  }
}

import { ProcessingError, completionWindowMs } from '@batchmill/contracts';
import { Pipelines } from '@batchmill/pipeline';
import { Provider, isSettled, type ProviderBatch } from '@batchmill/provider';
import { Batches, Ledger, Runs } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { verdictOnProviderBatch, type OrphanVerdict } from './orphan-verdicts.js';
import { OrphanCosts } from './orphan-costs.js';
import { markIn } from './provider-batch-mark.js';

const dayMs = 24 * 3_600_000;
/** A provider batch may settle this long after the end of its completion window. */
const graceMs = 7 * dayMs;
/** No provider batch is unsettled for longer than this: a completion window has at most 30 days. */
const maxAgeMs = 30 * dayMs + graceMs;

/** A provider batch that carries this installation's mark and that no record holds. */
export interface OrphanedProviderBatch {
  readonly found: ProviderBatch;
  readonly batchId: string;
  readonly key: string;
  readonly verdict: Exclude<OrphanVerdict, 'held'>;
}

/** What it is made of outside of a stage. */
interface Parts {
  readonly batches: Batches;
  readonly provider: Provider;
  readonly pipelines: Pipelines;
  readonly ledger: Ledger;
  readonly runs: Runs;
  readonly engineSettings: EngineSettings;
  readonly log: Log;
}

/**
 * Looks for provider batches that carry this installation's mark and that no record holds.
 *
 * - The record says that their key was given up: the answer to a create call was lost, no list showed the provider batch,
 *   the batch was submitted another time, and then it appeared after all. They are cancelled. What they completed is
 *   billed, so it is recorded with the batch and logged once. Their result files are deleted.
 * - No record knows their key: the records may be older than the provider batch, as after a restored backup. They are
 *   reported, and left to a person.
 */
@Injectable()
export class OrphanedBatches {
  /** Ids of the orphans that were recorded and whose result files were deleted, or that were reported. */
  readonly #handled = new Set<string>();

  constructor(
    private readonly batches: Batches,
    private readonly provider: Provider,
    private readonly pipelines: Pipelines,
    private readonly orphanCosts: OrphanCosts,
    private readonly settings: EngineSettings,
    private readonly log: Log,
  ) {}

  /** The same outside of a stage. */
  static on({ batches, provider, pipelines, ledger, runs, engineSettings, log }: Parts): OrphanedBatches {
    const costs = new OrphanCosts(batches, ledger, runs, provider, engineSettings);
    return new OrphanedBatches(batches, provider, pipelines, costs, engineSettings, log);
  }

  /** `ageMs`: see `find`. */
  async handleAll(ageMs = this.#longestWindowMs() + graceMs): Promise<void> {
    for (const orphan of await this.find(ageMs)) {
      if (orphan.verdict === 'unknown') this.#report(orphan);
      else await this.#handleOrLog(orphan);
    }
  }

  /** One that cannot be handled does not hold up the others. The next sweep finds it again. */
  async #handleOrLog(orphan: OrphanedProviderBatch): Promise<void> {
    try {
      await this.#handle(orphan);
    } catch (error) {
      this.log.warn('could not cancel an orphaned provider batch or delete its files; the next sweep tries again', {
        providerBatchId: orphan.found.id,
        batchId: orphan.batchId,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Looks through the provider batches that were created at most this long before the newest one. */
  async find(ageMs = maxAgeMs): Promise<OrphanedProviderBatch[]> {
    // List all before any record is read: then the key of each listed batch is saved in its record.
    const ours = (await this.#listRecent(ageMs)).flatMap((found) => {
      const mark = markIn(found.metadata);
      return mark?.installation === this.settings.installation ? [{ found, ...mark }] : [];
    });
    const orphans: OrphanedProviderBatch[] = [];
    for (const { found, batchId, key } of ours) {
      const verdict = verdictOnProviderBatch(await this.batches.get(batchId), { id: found.id, key });
      if (verdict !== 'held') orphans.push({ found, batchId, key, verdict });
    }
    return orphans;
  }

  /** The input files of all provider batches of the account that are not settled, whoever created them. */
  async inputFilesInUse(): Promise<ReadonlySet<string>> {
    const unsettled = (await this.#listRecent(maxAgeMs)).filter((found) => !isSettled(found));
    return new Set(unsettled.flatMap(({ inputFileId }) => inputFileId ?? []));
  }

  async #listRecent(ageMs: number): Promise<ProviderBatch[]> {
    const recent: ProviderBatch[] = [];
    for await (const batch of this.provider.listBatches(new Date(0))) {
      // The list begins with the newest. Both times are of the provider's clock.
      const newest = recent[0] ?? batch;
      if (newest.createdAt.getTime() - batch.createdAt.getTime() > ageMs) break;
      recent.push(batch);
    }
    return recent;
  }

  /** The longest completion window of the pipelines. */
  #longestWindowMs(): number {
    const windows = this.pipelines.names().map((name) => this.pipelines.get(name).batch.completionWindow);
    return Math.max(dayMs, ...windows.map(completionWindowMs));
  }

  #report({ found, batchId }: OrphanedProviderBatch): void {
    if (this.#handled.has(found.id)) return;
    this.#handled.add(found.id);
    this.log.warn(
      'a provider batch of this installation is in no record, and is left alone: see batchmill orphans list',
      { providerBatchId: found.id, batchId, status: found.state, requests: found.counts.total },
    );
  }

  async #handle(orphan: OrphanedProviderBatch): Promise<void> {
    const { found, batchId, key } = orphan;
    if (this.#handled.has(found.id) || found.state === 'cancelling') return;
    if (!(await this.batches.takeOrphan(batchId, { key, providerBatchId: found.id }))) return;
    // After this line the record says that this provider batch is not used.
    if (isSettled(found)) await this.#record(orphan);
    else await this.#cancel(orphan);
  }

  async #cancel({ found: { id }, batchId }: OrphanedProviderBatch): Promise<void> {
    const { state } = await this.provider.cancelBatch(id);
    const isRefused = state === 'validating' || state === 'in_progress' || state === 'finalizing';
    if (isRefused)
      throw new ProcessingError(
        'provider.refused',
        'the provider refuses to cancel it, and still shows it in progress',
      );
    this.log.warn('cancelled a provider batch whose key was given up; what it has completed is billed', {
      providerBatchId: id,
      batchId,
    });
  }

  async #record({ found, batchId }: OrphanedProviderBatch): Promise<void> {
    const { id, counts, outputFileId, errorFileId } = found;
    const { completed } = counts;
    await this.orphanCosts.book(batchId, found);
    const isNew = await this.batches.recordOrphan(batchId, { providerBatchId: id, completed });
    for (const fileId of [outputFileId, errorFileId]) if (fileId !== null) await this.provider.deleteFile(fileId);
    this.#handled.add(id);
    if (!isNew || completed === 0) return;
    this.log.warn('a provider batch whose key was given up was billed; its answers are not used', {
      providerBatchId: id,
      batchId,
      requests: completed,
    });
  }
}

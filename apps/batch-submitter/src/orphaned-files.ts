import { Provider } from '@batchmill/provider';
import { Batches } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { readInputFileName } from './input-file-name.js';
import { verdictOnInputFile, type OrphanVerdict } from './orphan-verdicts.js';
import { OrphanedBatches } from './orphaned-batches.js';

/** An input file whose name carries this installation's mark and that no record holds. */
export interface OrphanedFile {
  readonly id: string;
  readonly name: string;
  readonly batchId: string;
  readonly key: string | null;
  readonly verdict: Exclude<OrphanVerdict, 'held'>;
}

/**
 * Looks for our input files that no record holds. Such files cost nothing, but they hold users' text.
 *
 * - The record says that the file is of no use: the process crashed after an upload, before it saved the file's id, and
 *   uploaded another; or the batch was ingested. These are deleted, unless a provider batch still reads them.
 * - No record knows the file: it is reported, and left to a person.
 */
@Injectable()
export class OrphanedFiles {
  readonly #reported = new Set<string>();

  constructor(
    private readonly batches: Batches,
    private readonly provider: Provider,
    private readonly orphanedBatches: OrphanedBatches,
    private readonly settings: EngineSettings,
    private readonly log: Log,
  ) {}

  async handleAll(): Promise<void> {
    const orphans = await this.find();
    for (const orphan of orphans) if (orphan.verdict === 'unknown') this.#report(orphan);
    const givenUp = orphans.filter(({ verdict }) => verdict === 'given-up');
    if (givenUp.length === 0) return;
    const inUse = await this.orphanedBatches.inputFilesInUse();
    for (const orphan of givenUp) if (!inUse.has(orphan.id)) await this.#deleteOrLog(orphan);
  }

  /** One that cannot be deleted does not hold up the others. The next sweep finds it again. */
  async #deleteOrLog(orphan: OrphanedFile): Promise<void> {
    try {
      await this.#delete(orphan);
    } catch (error) {
      this.log.warn('could not delete an orphaned input file; the next sweep tries again', {
        batchId: orphan.batchId,
        fileId: orphan.id,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  async find(): Promise<OrphanedFile[]> {
    const orphans: OrphanedFile[] = [];
    for await (const { id, name } of this.provider.listInputFiles()) {
      const named = readInputFileName(name, this.settings.installation);
      if (named === null) continue;
      const { batchId, key } = named;
      const verdict = verdictOnInputFile(await this.batches.get(batchId), { id, key });
      if (verdict !== 'held') orphans.push({ id, name, batchId, key, verdict });
    }
    return orphans;
  }

  #report({ id, batchId }: OrphanedFile): void {
    if (this.#reported.has(id)) return;
    this.#reported.add(id);
    this.log.warn('an input file of this installation is in no record, and is left alone: see batchmill orphans list', {
      fileId: id,
      batchId,
    });
  }

  async #delete({ id, batchId, key }: OrphanedFile): Promise<void> {
    if (!(await this.batches.takeOrphanedFile(batchId, { key, fileId: id }))) return;
    // After this line the record says that this file is not used.
    await this.provider.deleteFile(id);
    this.log.info('deleted an input file that its record does not use', { batchId, fileId: id });
  }
}

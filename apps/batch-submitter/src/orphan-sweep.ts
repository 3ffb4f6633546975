import type { Transitions } from '@batchmill/records';
import { Every, Stage } from '@batchmill/stage';
import { OrphanedBatches } from './orphaned-batches.js';
import { OrphanedFiles } from './orphaned-files.js';

/** Cancels provider batches, and deletes input files, that their records have given up. Reports those that no record knows. */
@Stage({ name: 'batch-submitter', produces: [] })
export class OrphanSweep {
  constructor(
    private readonly orphanedBatches: OrphanedBatches,
    private readonly orphanedFiles: OrphanedFiles,
  ) {}

  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    await this.orphanedBatches.handleAll();
    await this.orphanedFiles.handleAll();
  }
}

import { Module } from '@nestjs/common';
import { ArmedBatches } from './armed-batches.js';
import { BatchCreator } from './batch-creator.js';
import { BatchSubmitter } from './batch-submitter.js';
import { BudgetShares } from './budget-shares.js';
import { InputFiles } from './input-files.js';
import { OrphanCosts } from './orphan-costs.js';
import { OrphanSweep } from './orphan-sweep.js';
import { OrphanedBatches } from './orphaned-batches.js';
import { OrphanedFiles } from './orphaned-files.js';
import { SynchronousAnswers } from './synchronous-answers.js';
import { SynchronousLane } from './synchronous-lane.js';
import { SpendingLimits } from './spending-limits.js';
import { RefusedSubmissions } from './refused-submissions.js';

@Module({
  controllers: [BatchSubmitter, OrphanSweep],
  providers: [
    SpendingLimits,
    SynchronousLane,
    SynchronousAnswers,
    OrphanCosts,
    BudgetShares,
    InputFiles,
    ArmedBatches,
    BatchCreator,
    RefusedSubmissions,
    OrphanedBatches,
    OrphanedFiles,
  ],
})
export class BatchSubmitterModule {}

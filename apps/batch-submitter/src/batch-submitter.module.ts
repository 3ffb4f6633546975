import { Module } from '@nestjs/common';
import { ArmedBatches } from './armed-batches.js';
import { BatchCreator } from './batch-creator.js';
import { BatchSubmitter } from './batch-submitter.js';
import { BudgetShares } from './budget-shares.js';
import { InputFiles } from './input-files.js';
import { OrphanedBatches } from './orphaned-batches.js';

@Module({
  controllers: [BatchSubmitter],
  providers: [BudgetShares, InputFiles, BatchCreator, ArmedBatches, OrphanedBatches],
})
export class BatchSubmitterModule {}

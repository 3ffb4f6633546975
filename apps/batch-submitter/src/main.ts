import { startStage } from '@batchmill/service';
import { BatchSubmitterModule } from './batch-submitter.module.js';

await startStage(BatchSubmitterModule);

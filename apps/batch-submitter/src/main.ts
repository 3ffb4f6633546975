import { startStages } from '@batchmill/service';
import { BatchSubmitterModule } from './batch-submitter.module.js';

await startStages('batch-submitter', [BatchSubmitterModule]);

import { startStage } from '@batchmill/service';
import { ResultIngesterModule } from './result-ingester.module.js';

await startStage(ResultIngesterModule);

import { startStages } from '@batchmill/service';
import { ResultIngesterModule } from './result-ingester.module.js';

await startStages('result-ingester', [ResultIngesterModule]);

import { startStages } from '@batchmill/service';
import { allStages } from './choose-stages.js';

await startStages('all-in-one', allStages);

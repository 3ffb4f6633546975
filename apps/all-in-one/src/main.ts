import { startStages } from '@batchmill/service';
import { stages } from './stages.js';

await startStages('all-in-one', stages);

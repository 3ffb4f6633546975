import { startStages } from '@batchmill/service';
import { NotifierModule } from './notifier.module.js';

await startStages('notifier', [NotifierModule]);

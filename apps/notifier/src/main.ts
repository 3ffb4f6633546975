import { startStage } from '@batchmill/service';
import { NotifierModule } from './notifier.module.js';

await startStage(NotifierModule);

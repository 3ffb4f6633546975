import { startStage } from '@batchmill/service';
import { StatusPollerModule } from './status-poller.module.js';

await startStage(StatusPollerModule);

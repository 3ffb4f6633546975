import { startStages } from '@batchmill/service';
import { StatusPollerModule } from './status-poller.module.js';

await startStages('status-poller', [StatusPollerModule]);

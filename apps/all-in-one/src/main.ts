import { startStages } from '@batchmill/service';
import { findConsumers } from './find-consumers.js';
import { stages } from './stages.js';

await startStages('all-in-one', async ({ service }) => [...stages, ...(await findConsumers(service.consumers ?? []))]);

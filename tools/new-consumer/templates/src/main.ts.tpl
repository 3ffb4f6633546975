import { startStages } from '@batchmill/service';
import { __Name__Module } from './__name__.module.js';

await startStages('__name__', [__Name__Module]);

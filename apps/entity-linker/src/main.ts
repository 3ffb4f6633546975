import { startStages } from '@batchmill/service';
import { EntityLinkerModule } from './entity-linker.module.js';

await startStages('entity-linker', [EntityLinkerModule]);

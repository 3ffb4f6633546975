import { startStages } from '@batchmill/service';
import { JsonlBuilderModule } from './jsonl-builder.module.js';

await startStages('jsonl-builder', [JsonlBuilderModule]);

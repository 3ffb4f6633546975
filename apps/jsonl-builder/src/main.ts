import { startStage } from '@batchmill/service';
import { JsonlBuilderModule } from './jsonl-builder.module.js';

await startStage(JsonlBuilderModule);

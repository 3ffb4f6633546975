export { JsonlBuilder } from './jsonl-builder.js';
export { JsonlBuilderModule } from './jsonl-builder.module.js';

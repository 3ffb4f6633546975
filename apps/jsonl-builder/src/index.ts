export { JsonlBuilder } from './jsonl-builder.js';
export { JsonlBuilderModule } from './jsonl-builder.module.js';
export { jsonlBuilderErrorCodes, type JsonlBuilderErrorCode } from './error-codes.js';

export { EntityLinker } from './entity-linker.js';
/** `all-in-one` looks for a consumer's module under this name. */
export { EntityLinkerModule as consumer } from './entity-linker.module.js';
export { entityLinkerErrorCodes, type EntityLinkerErrorCode } from './error-codes.js';

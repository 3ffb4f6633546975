export { EntityLinker } from './entity-linker.js';
/** By this name it is found by what runs every stage in one process. */
export { EntityLinkerModule as consumer } from './entity-linker.module.js';
export { entityLinkerErrorCodes, type EntityLinkerErrorCode } from './error-codes.js';

export { __Name__ } from './__name__.js';
/** By this name it is found by what runs every stage in one process. */
export { __Name__Module as consumer } from './__name__.module.js';
export { __nameInCamelCase__ErrorCodes, type __Name__ErrorCode } from './error-codes.js';

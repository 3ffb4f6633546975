export { __Name__ } from './__name__.js';
/** `all-in-one` looks for a consumer's module under this name. */
export { __Name__Module as consumer } from './__name__.module.js';
export { __nameInCamelCase__ErrorCodes, type __Name__ErrorCode } from './error-codes.js';

export { program } from './program.js';
export { cliErrorCodes, type CliErrorCode } from './error-codes.js';

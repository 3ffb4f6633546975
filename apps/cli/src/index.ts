export { auditAccount, type Audit } from './audit/audit-account.js';
export { wholeProgram } from './program.js';
export { cliErrorCodes, type CliErrorCode } from './error-codes.js';
export { verifyVectors, type Verification } from './verify/verify-vectors.js';

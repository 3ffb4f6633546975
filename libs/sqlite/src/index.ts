export { Database, type DatabaseOptions, type Row, type SqlValue } from './database.js';
export { FileLock } from './file-lock.js';
export { isConstraintViolation, type FileErrors } from './file-error.js';

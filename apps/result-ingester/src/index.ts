export { ExpiredRecords } from './expired-records.js';
export { ExpiredTexts } from './expired-texts.js';
export { ResultIngester } from './result-ingester.js';
export { ResultIngesterModule } from './result-ingester.module.js';
export { resultIngesterErrorCodes, type ResultIngesterErrorCode } from './error-codes.js';

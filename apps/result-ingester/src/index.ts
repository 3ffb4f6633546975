export { ResultIngester } from './result-ingester.js';
export { ResultIngesterModule } from './result-ingester.module.js';

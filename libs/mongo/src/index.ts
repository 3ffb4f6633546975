export { MongoConnection } from './mongo-connection.js';
export { mongoTlsAdvice } from './mongo-tls-advice.js';

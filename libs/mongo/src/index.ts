export { MongoConnection } from './mongo-connection.js';
export { mongoHangUpAdvice, mongoTlsAdvice } from './mongo-tls-advice.js';

/** The servers of the tests on real servers: those that `npm run servers:up` starts, or those of the environment. */
export const serverAddresses = {
  kafka: process.env['TEST_KAFKA'] ?? 'kafka://127.0.0.1:9092',
  mongodb: process.env['TEST_MONGODB'] ?? 'mongodb://127.0.0.1:27017',
  milvus: process.env['TEST_MILVUS'] ?? 'milvus://127.0.0.1:19540',
  milvusLite: process.env['TEST_MILVUS_LITE'] ?? 'milvus://127.0.0.1:19530',
  otlp: process.env['TEST_OTLP'] ?? 'http://127.0.0.1:4318',
  jaeger: process.env['TEST_JAEGER'] ?? 'http://127.0.0.1:16686',
  kubernetes: process.env['TEST_KUBERNETES'] ?? 'https://127.0.0.1:16443',
} as const;

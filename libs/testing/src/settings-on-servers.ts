import { serverAddresses } from './server-addresses.js';

/** The settings of an engine on the real servers. A unique id gives it databases of its own. */
export function settingsOnServers(id: string) {
  return {
    BATCHMILL_BUS: serverAddresses.kafka,
    KAFKA_CLIENT: process.env['TEST_KAFKA_CLIENT'] ?? 'kafkajs',
    BATCHMILL_STORE: `${serverAddresses.mongodb}/batchmill_${id}`,
    MONGODB_URI: `${serverAddresses.mongodb}/users_${id}`,
    BATCHMILL_BLOBS: 'gridfs:',
    BATCHMILL_VECTORS: serverAddresses.milvus,
    BATCHMILL_REPLICATION: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: serverAddresses.otlp,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  } as const;
}

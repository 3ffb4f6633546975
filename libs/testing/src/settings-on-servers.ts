import { serverAddresses } from './server-addresses.js';

/** Settings of a line on the real servers, with databases that nobody else has when the id is nobody else's. */
export function settingsOnServers(id: string) {
  return {
    BATCHMILL_BUS: serverAddresses.kafka,
    BATCHMILL_STORE: `${serverAddresses.mongodb}/batchmill_${id}`,
    MONGODB_URI: `${serverAddresses.mongodb}/users_${id}`,
    BATCHMILL_BLOBS: 'gridfs:',
    BATCHMILL_VECTORS: serverAddresses.milvus,
    BATCHMILL_REPLICATION: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: serverAddresses.otlp,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  } as const;
}

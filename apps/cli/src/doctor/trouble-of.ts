import { isBatchmillError, type ErrorCode } from '@batchmill/contracts';
import { AccountRefusedError, RefusedError } from '@batchmill/provider';

/** Command or setting by the code of the error. `setting` names what was tried. */
const remedies: Readonly<Partial<Record<ErrorCode, (setting: string) => string>>> = {
  'store.unavailable': (setting) => `start MongoDB at that address, or correct ${setting}`,
  'store.timed-out': (setting) => `look at the load of MongoDB, or correct ${setting}`,
  'store.not-authorised': (setting) =>
    `correct user, password and authSource in ${setting}, or give the user its role, in mongosh: db.grantRolesToUser("USER", [{ role: "readWrite", db: "DATABASE" }])`,
  'store.tls': (setting) => `correct the TLS options in ${setting}, as the reason says`,
  'store.bad-url': (setting) => `set ${setting}=mongodb://USER:PASSWORD@HOST:27017/DATABASE`,
  'store.disk-full': () => 'free some space on the disk',
  'store.unreadable': () => 'put a copy of the file in its place, or set BATCHMILL_HOME to another folder',
  'store.index-conflict': () => 'drop that index: the next start creates it as it should be',
  'settings.no-database': () => 'set BATCHMILL_STORE=mongodb://HOST:27017/DATABASE, or remove BATCHMILL_BLOBS',
  'settings.home': () => 'set BATCHMILL_HOME=FOLDER, a folder that can be written to',
  'settings.prices': () => 'correct the file that BATCHMILL_PRICES names, or remove BATCHMILL_PRICES',
  'bus.unavailable': (setting) => `start Kafka at that address, or correct ${setting}`,
  'bus.timed-out': (setting) => `start Kafka at that address, or correct ${setting} or a firewall before it`,
  'bus.not-authorised': () => 'correct KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM, or add the ACL',
  'bus.tls': () => 'correct KAFKA_TLS, KAFKA_CA_FILE and KAFKA_CERTIFICATE_FILE, as the reason says',
  'bus.bad-url': (setting) => `set ${setting}=kafka://HOST:9092`,
  'bus.refused': () => 'correct BATCHMILL_TOPIC_PREFIX, BATCHMILL_PARTITIONS or BATCHMILL_REPLICATION',
  'bus.disk-full': () => 'free some space on the disk',
  'vectors.unavailable': (setting) => `start Milvus at that address, or correct ${setting}`,
  'vectors.timeout': (setting) => `start Milvus at that address, or correct ${setting}`,
  'vectors.refused': () => 'set MILVUS_TOKEN=USER:PASSWORD, or an API key',
  'vectors.tls': () => 'correct MILVUS_TLS, MILVUS_CA_FILE and MILVUS_CERTIFICATE_FILE, as the reason says',
  'vectors.bad-address': (setting) => `set ${setting}=milvus://HOST:19530`,
  'vectors.unknown-database': (setting) => `create the database, or name another one in ${setting}`,
  'vectors.no-room': () => 'give Milvus more memory or disk, or raise its quota',
  'vectors.other-dimensions': () =>
    'name another collection in embeddings.vectors.collection of the pipeline, or set its dimensions to those of the collection',
  'vectors.other-model': () => 'name another collection in embeddings.vectors.collection of the pipeline',
  'vectors.other-fields': () =>
    'name another collection in embeddings.vectors.collection of the pipeline, or correct fields and partitionBy in embeddings.vectors',
  'vectors.other-metric': () => 'name another collection in embeddings.vectors.collection of the pipeline',
  'vectors.bad-name': () => 'correct embeddings.vectors of the pipeline',
  'provider.unavailable': (setting) => `correct ${setting}, or HTTPS_PROXY if the provider is behind a proxy`,
  'provider.timeout': (setting) => `correct ${setting}, or HTTPS_PROXY if the provider is behind a proxy`,
  'provider.proxy-refused': () => 'correct HTTPS_PROXY or HTTP_PROXY: http://USER:PASSWORD@HOST:PORT',
  'provider.rate-limited': () => 'try again in a minute: batchmill doctor',
  'provider.unexpected-response': (setting) => `set ${setting} to the URL of the API with its version: https://HOST/v1`,
  'pipeline.no-folder': () => 'create that folder, or set BATCHMILL_PIPELINES=FOLDER',
  'pipeline.unknown': () => 'correct DEFAULT_PIPELINE',
  'installation.elsewhere': () =>
    'batchmill installation take-over, if nothing works on the other state; if it goes on: batchmill installation renew',
  'notifications.invalid-setting': () => 'correct the setting that the reason names',
  'notifications.invalid-template': () => 'correct the template that the reason names',
  'webhook.timeout': () => 'start the receiver, or correct NOTIFICATION_WEBHOOK',
  'webhook.unreachable': () => 'start the receiver, or correct NOTIFICATION_WEBHOOK',
  'webhook.unavailable': () => 'see the log of the receiver, or correct NOTIFICATION_WEBHOOK',
  'webhook.unknown-host': () => 'correct the host in NOTIFICATION_WEBHOOK',
  'webhook.private-address': () => 'set NOTIFICATION_ALLOW_PRIVATE=true, or correct NOTIFICATION_WEBHOOK',
  'webhook.proxy-refused': () => 'correct HTTPS_PROXY, or add the host to NO_PROXY',
  'webhook.redirected': () => 'set NOTIFICATION_WEBHOOK to the URL that the receiver redirects to',
  'webhook.gone': () => 'remove NOTIFICATION_WEBHOOK, or correct it',
  'email.unavailable': () => 'start the mail server, or correct host and port in SMTP_URL',
  'email.refused': () => 'correct user and password in SMTP_URL: smtps://USER:PASSWORD@HOST',
  'email.no-tls': () => 'set SMTP_URL=smtps://…, or append ?requireTLS=false to send the password without TLS',
};

/** What a person is told of an error. */
export function troubleOf(error: unknown, setting: string): { readonly reason: string; readonly remedy: string } {
  const reason = error instanceof Error ? error.message : String(error);
  if (!isBatchmillError(error)) return { reason, remedy: `see whether ${setting} is right` };
  if (error instanceof AccountRefusedError) return { reason, remedy: error.remedy };
  if (error instanceof RefusedError && error.status === 404) {
    return {
      reason,
      remedy: `set ${setting} to the URL of an API that has batches, with its version: https://HOST/v1`,
    };
  }
  const remedy = remedies[error.code]?.(setting) ?? `see ${error.code} in docs/reference/errors.md`;
  return { reason, remedy };
}

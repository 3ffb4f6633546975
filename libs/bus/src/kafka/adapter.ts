import { adapter, choice, duration, existingFile, integer, text } from '@batchmill/contracts/settings';
import { readFileSync } from 'node:fs';

export const kafka = adapter({
  name: 'Kafka',
  schemes: ['kafka'],
  settings: {
    client: choice('KAFKA_CLIENT', ['kafkajs', 'platformatic'], {
      default: 'kafkajs',
      meaning: 'The library that talks to the brokers: `kafkajs`, or `@platformatic/kafka`, which is still maintained.',
    }),
    user: text('KAFKA_USERNAME', { default: null, meaning: 'The user, where the brokers require SASL.' }),
    password: text('KAFKA_PASSWORD', { default: null, meaning: 'The password of the user.', isSecret: true }),
    mechanism: choice('KAFKA_SASL_MECHANISM', ['plain', 'scram-sha-256', 'scram-sha-512'], {
      default: 'scram-sha-512',
      meaning: 'The SASL mechanism.',
    }),
    tls: choice('KAFKA_TLS', ['true', 'false'], { default: 'false', meaning: 'Whether to connect by TLS.' }),
    caFile: existingFile('KAFKA_CA_FILE', {
      default: null,
      meaning: 'A PEM file of the authorities to trust. Unset: those that the system trusts.',
    }),
    certificateFile: existingFile('KAFKA_CERTIFICATE_FILE', {
      default: null,
      meaning: 'A PEM file of this client’s certificate, where the brokers want one.',
    }),
    keyFile: existingFile('KAFKA_KEY_FILE', {
      default: null,
      meaning: 'A PEM file of the key of that certificate, without a password.',
    }),
    serverName: text('KAFKA_TLS_SERVER_NAME', {
      default: null,
      meaning: 'The name in the brokers’ certificates, where it differs from the host.',
    }),
    sessionTimeoutMs: duration('KAFKA_SESSION_TIMEOUT', {
      unit: 's',
      fromMs: 6_000,
      toMs: 1_800_000,
      default: '30',
      meaning:
        'How long after a process was killed its partitions go to others. Its records are taken over when their leases end.',
    }),
    partitions: integer('BATCHMILL_PARTITIONS', {
      from: 1,
      to: 1_000,
      default: '6',
      meaning:
        'The partitions of topics that Batchmill creates. No more replicas of a stage than this receive messages.',
    }),
    replicationFactor: integer('BATCHMILL_REPLICATION', {
      from: 1,
      to: 10,
      default: '3',
      meaning: 'The replication factor of topics that Batchmill creates, at most the number of brokers.',
    }),
  },
  async open({ url, processName, log }, { user, password, mechanism, tls, serverName, ...others }) {
    const { caFile, certificateFile, keyFile, ...options } = others;
    const { KafkaBus } = await import('./kafka-bus.js');
    return KafkaBus.open({
      ...options,
      url,
      clientId: processName,
      sasl: user === null || password === null ? null : { mechanism, user, password },
      tls:
        tls === 'true'
          ? { ca: pemOf(caFile), certificate: pemOf(certificateFile), key: pemOf(keyFile), serverName }
          : null,
      log,
    });
  },
});

/** The text of a PEM file. Comments in it may have any encoding; a byte order mark would hide the first certificate. */
function pemOf(file: string | null): string | null {
  return file === null ? null : readFileSync(file, 'utf8').replace(/^\ufeff/, '');
}

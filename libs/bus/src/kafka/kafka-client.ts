import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { ValidationError } from '@batchmill/contracts';
import { logThrough, type KafkaLog } from './kafka-log.js';

/** The login at the brokers. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly user: string;
  readonly password: string;
}

/** `{}` trusts the system's authorities. */
export interface KafkaTls {
  /** The certificate of the authority to trust instead, as PEM. */
  readonly ca?: string | null;
  /** The client's own certificate and its key, as PEM, where the brokers want one. */
  readonly certificate?: string | null;
  readonly key?: string | null;
  /** The name that the brokers' certificates are for, when it is not the host's. */
  readonly serverName?: string | null;
}

export interface ClientOptions {
  readonly brokers: string[];
  readonly clientId: string;
  readonly sasl: KafkaSasl | null;
  readonly tls: KafkaTls | null;
  readonly log: KafkaLog;
}

const mechanisms: readonly string[] = ['plain', 'scram-sha-256', 'scram-sha-512'] satisfies KafkaSasl['mechanism'][];

/** How long a broker may take to answer one request. */
export const requestTimeoutMs = 10_000;

/** Retries of a request. Few, because the caller retries too and knows how long to wait. */
export const retry = { retries: 3, initialRetryTime: 200, maxRetryTime: 2_000 };

/** The configured client. Its producers, consumers and admins connect by themselves. */
export function kafkaClient({ brokers, clientId, sasl, tls, log }: ClientOptions): Kafka {
  if (sasl?.mechanism === 'plain' && tls === null) {
    log.warn('the password for Kafka travels unencrypted: SASL plain without TLS', { operation: 'bus' });
  }
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 5_000,
    requestTimeout: requestTimeoutMs,
    retry,
    logLevel: logLevel.INFO,
    logCreator: logThrough(log),
    ...(tls === null ? {} : { ssl: sslOf(tls) }),
    ...(sasl === null ? {} : { sasl: saslOf(sasl) }),
  });
}

function sslOf({ ca, certificate, key, serverName }: KafkaTls): NonNullable<KafkaConfig['ssl']> {
  if (Boolean(certificate) !== Boolean(key)) {
    throw new ValidationError(
      'bus.bad-url',
      'KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE: found one of them, expected both or none.',
    );
  }
  return {
    ...(ca ? { ca: [ca] } : {}),
    ...(certificate ? { cert: certificate } : {}),
    ...(key ? { key } : {}),
    ...(serverName ? { servername: serverName } : {}),
  };
}

function saslOf({ mechanism, user, password }: KafkaSasl): SASLOptions {
  if (!mechanisms.includes(mechanism) || user === '' || password === '') {
    throw new ValidationError(
      'bus.bad-url',
      `The bus cannot log in: found the mechanism ${mechanism}, ${user === '' ? 'no user' : 'a user'} and ` +
        `${password === '' ? 'no password' : 'a password'}; expected one of ${mechanisms.join(', ')}, a user and a password.`,
    );
  }
  return { mechanism, username: user, password };
}

import type { BatchmillError } from '@batchmill/contracts';
import { ValidationError } from '@batchmill/contracts';
import type { DescribedGroup, IncomingMessage, OutgoingMessage, SubscribeOptions, Subscription } from '../bus.js';
import type { KafkaLog } from './kafka-log.js';
import type { CommittedOffset } from './offset-watch.js';

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

/** What the bus needs of a client library of Kafka. Each of them has a folder beside this file. */
export interface KafkaClient {
  connectAdmin(): Promise<KafkaAdmin>;
  /** A new producer, which is idempotent: a request that it sends again is recorded once. */
  connectProducer(): Promise<KafkaProducer>;
  /** Resolves when the member has joined its group. Rejects when it could not start. */
  join(subscribing: SubscribeOptions, options: GroupMemberOptions): Promise<Subscription>;
  /** Reads a topic up to the ends of the extents. */
  read(topic: string, extents: readonly Extent[], options: TopicReaderOptions): TopicReader;
}

/** Requests about topics and groups, on one connection. A call may be repeated. */
export interface KafkaAdmin {
  countBrokers(): Promise<number>;
  listTopics(): Promise<string[]>;
  /** Rejects with TOPIC_ALREADY_EXISTS alone where only that is the matter; those that are missing are created even so. */
  createTopics(topics: readonly string[], settings: NewTopics): Promise<void>;
  /** Of every partition, also of empty ones. Rejects while the brokers do not lead all of them. */
  offsetsOf(topic: string): Promise<Extent[]>;
  /** Of every partition of existing topics. */
  committedOffsetsOf(group: string, topics: readonly string[]): Promise<CommittedOffset[]>;
  layoutOf(topics: readonly string[]): Promise<readonly TopicLayout[]>;
  /** Settings by name, by topic. */
  settingsOf(topics: readonly string[], names: readonly string[]): Promise<Map<string, Map<string, string>>>;
  describeGroups(groups: readonly string[]): Promise<DescribedGroup[]>;
  disconnect(): Promise<void>;
}

/** The offsets of a partition: from the oldest up to `end`, exclusive. */
export interface Extent {
  readonly partition: number;
  readonly oldest: bigint;
  readonly end: bigint;
}

export interface NewTopics {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
  /** True: the brokers only check. */
  readonly validateOnly: boolean;
}

export interface TopicLayout {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number | null;
}

export interface KafkaProducer {
  /** One request at a time. Resolves when all in-sync replicas have every message. After a rejection it is dropped. */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  disconnect(): Promise<void>;
}

export interface GroupMemberOptions {
  readonly redeliveryPauseMs: number;
  readonly sessionTimeoutMs: number;
  readonly log: KafkaLog;
  /** Called when the member begins again after it lost the group: the topics may be gone. */
  readonly ensureTopics: (topics: readonly string[]) => Promise<void>;
  readonly committedOffsets: (group: string, topics: readonly string[]) => Promise<CommittedOffset[]>;
}

export interface TopicReaderOptions {
  /** Those of the topic at present, without empty partitions. */
  readonly extentsOf: (topic: string) => Promise<readonly Extent[]>;
  readonly log: KafkaLog;
  readonly clientId: string;
}

export interface TopicReader {
  messages(): AsyncGenerator<IncomingMessage>;
  /** The consumer of the messages gets the error. */
  breakOff(error: BatchmillError): void;
}

/** How long a broker may take to answer one request. */
export const requestTimeoutMs = 10_000;
export const connectTimeoutMs = 5_000;

/** How often a member tells the group that it lives. By the answer it learns that another one wants to join, however long its session may last. */
export function heartbeatIntervalMs(sessionTimeoutMs: number): number {
  return Math.min(5_000, Math.floor(sessionTimeoutMs / 6));
}

const mechanisms: readonly string[] = ['plain', 'scram-sha-256', 'scram-sha-512'] satisfies KafkaSasl['mechanism'][];

/** Throws a ValidationError for settings with which no client could log in. Warns of a password that travels in the clear. */
export function checkLogin({ sasl, tls, log }: Pick<ClientOptions, 'sasl' | 'tls' | 'log'>): void {
  if (Boolean(tls?.certificate) !== Boolean(tls?.key)) {
    throw new ValidationError(
      'bus.bad-url',
      'KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE: found one of them, expected both or none.',
    );
  }
  if (sasl === null) return;
  const { mechanism, user, password } = sasl;
  if (!mechanisms.includes(mechanism) || user === '' || password === '') {
    throw new ValidationError(
      'bus.bad-url',
      `The bus cannot log in: found the mechanism ${mechanism}, ${user === '' ? 'no user' : 'a user'} and ` +
        `${password === '' ? 'no password' : 'a password'}; expected one of ${mechanisms.join(', ')}, a user and a password.`,
    );
  }
  if (mechanism === 'plain' && tls === null) {
    log.warn('the password for Kafka travels unencrypted: SASL plain without TLS', { operation: 'bus' });
  }
}

/** The certificates as Node's TLS takes them. */
export function certificatesOf({ ca, certificate, key }: KafkaTls): { ca?: string[]; cert?: string; key?: string } {
  return { ...(ca ? { ca: [ca] } : {}), ...(certificate ? { cert: certificate } : {}), ...(key ? { key } : {}) };
}

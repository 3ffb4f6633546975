import type { BaseOptions } from '@platformatic/kafka';
import type { SubscribeOptions, Subscription } from '../../bus.js';
import {
  certificatesOf,
  checkLogin,
  connectTimeoutMs,
  requestTimeoutMs,
  type ClientOptions,
  type Extent,
  type GroupMemberOptions,
  type KafkaAdmin,
  type KafkaClient,
  type KafkaProducer,
  type KafkaSasl,
  type TopicReader,
  type TopicReaderOptions,
} from '../kafka-client.js';
import { PlatformaticAdmin } from './admin.js';
import { GroupMember } from './group-member.js';
import { PlatformaticProducer } from './producer.js';
import { OffsetReader } from './topic-reader.js';

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const satisfies Record<KafkaSasl['mechanism'], string>;

/** How old what is known of topics may be. */
const metadataMaxAgeMs = 10_000;

/** Kafka by `@platformatic/kafka`. */
export class PlatformaticClient implements KafkaClient {
  private readonly options: BaseOptions;

  constructor({ brokers, clientId, sasl, tls, log }: ClientOptions) {
    checkLogin({ sasl, tls, log });
    this.options = {
      bootstrapBrokers: brokers,
      clientId,
      connectTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      metadataMaxAge: metadataMaxAgeMs,
      autocreateTopics: false,
      // One, because the caller retries too and knows how long to wait, and because the client retries within a retry: a
      // request whose connection needs to be opened first is sent four times.
      retries: 1,
      retryDelay: (_client, _operation, attempt) => 200 * 2 ** attempt,
      ...(tls === null ? {} : { tls: certificatesOf(tls) }),
      ...(tls?.serverName ? { tlsServerName: tls.serverName } : {}),
      ...(sasl === null
        ? {}
        : { sasl: { mechanism: mechanisms[sasl.mechanism], username: sasl.user, password: sasl.password } }),
    };
  }

  async connectAdmin(): Promise<KafkaAdmin> {
    return new PlatformaticAdmin({ ...this.options });
  }

  async connectProducer(): Promise<KafkaProducer> {
    return new PlatformaticProducer({ ...this.options });
  }

  join(subscribing: SubscribeOptions, options: GroupMemberOptions): Promise<Subscription> {
    return GroupMember.join({ ...this.options }, subscribing, options);
  }

  read(topic: string, extents: readonly Extent[], { log }: TopicReaderOptions): TopicReader {
    return new OffsetReader({ ...this.options }, topic, extents, log);
  }
}

import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
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
import { KafkajsAdmin } from './admin.js';
import { logThrough } from './client-log.js';
import { GroupMember } from './group-member.js';
import { KafkajsProducer } from './producer.js';
import { retry } from './retry.js';
import { GroupedTopicReader } from './topic-reader.js';

/** Kafka by kafkajs. Its producers, consumers and admins connect by themselves. */
export class KafkajsClient implements KafkaClient {
  private readonly kafka: Kafka;

  constructor({ brokers, clientId, sasl, tls, log }: ClientOptions) {
    checkLogin({ sasl, tls, log });
    this.kafka = new Kafka({
      brokers,
      clientId,
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      retry,
      logLevel: logLevel.INFO,
      logCreator: logThrough(log),
      ...(tls === null
        ? {}
        : { ssl: { ...certificatesOf(tls), ...(tls.serverName ? { servername: tls.serverName } : {}) } }),
      ...(sasl === null ? {} : { sasl: loginOf(sasl) }),
    });
  }

  connectAdmin(): Promise<KafkaAdmin> {
    return KafkajsAdmin.connect(this.kafka);
  }

  connectProducer(): Promise<KafkaProducer> {
    return KafkajsProducer.connect(this.kafka);
  }

  join(subscribing: SubscribeOptions, options: GroupMemberOptions): Promise<Subscription> {
    return GroupMember.join(this.kafka, subscribing, options);
  }

  read(topic: string, extents: readonly Extent[], options: TopicReaderOptions): TopicReader {
    return new GroupedTopicReader(this.kafka, topic, extents, options);
  }
}

function loginOf({ mechanism, user, password }: KafkaSasl): SASLOptions {
  return { mechanism, username: user, password };
}

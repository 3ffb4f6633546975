import { setTimeout as delay } from 'node:timers/promises';
import { delayAfter } from '@batchmill/contracts';
import { closedError, kafkaError, says } from './kafka-error.js';
import type { KafkaAdmin, KafkaClient } from './kafka-client.js';

/**
 * Temporary answers of brokers after a start, after the creation of a topic or after a change of leader. A topic is unknown,
 * too, when it was deleted since this connection was asked for it: each later request refreshes it, until the next connection.
 */
const settling = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
];
const backoff = { baseMs: 100, capMs: 1_600 };
const retries = 5;

/** One connection for all requests about topics and groups; opened with the first request, and again after a failure. */
export class AdminLink {
  private admin: Promise<KafkaAdmin> | null = null;
  private isClosed = false;

  constructor(private readonly client: Pick<KafkaClient, 'connectAdmin'>) {}

  /** `doing` describes the request in an error. A request may be sent more than once. */
  async request<T>(doing: string, question: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried += 1) {
      try {
        return await this.askOnce(question);
      } catch (error) {
        this.refuseWhenClosed();
        if (tried === retries || !says(error, ...settling)) throw kafkaError(error, doing);
        await delay(delayAfter(tried, backoff));
      }
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { admin } = this;
    this.admin = null;
    if (admin) await leave(admin);
  }

  private async askOnce<T>(question: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
    this.refuseWhenClosed();
    const admin = (this.admin ??= this.client.connectAdmin());
    try {
      return await question(await admin);
    } catch (error) {
      if (this.admin === admin) this.admin = null;
      void leave(admin);
      throw error;
    }
  }

  private refuseWhenClosed(): void {
    if (this.isClosed) throw closedError();
  }
}

/** A connection that fails to disconnect is closed already. */
async function leave(admin: Promise<KafkaAdmin>): Promise<void> {
  await admin.then((connected) => connected.disconnect()).catch(() => undefined);
}

import { setTimeout as delay } from 'node:timers/promises';
import { delayAfter } from '@batchmill/contracts';
import type { Admin, Kafka } from 'kafkajs';
import { closedError, kafkaError, says } from './kafka-error.js';
import { retry } from './kafka-client.js';

/**
 * Temporary answers of brokers after a start, after the creation of a topic or after a change of leader. A topic is unknown,
 * too, when it was deleted since this connection was asked for it: each later request refreshes it, until the next connection.
 */
const settling = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
];
const backoff = { baseMs: 100, capMs: 1_600 };
const retries = 5;

/** One connection for all requests about topics and groups; opened with the first request, and again after a failure. */
export class AdminLink {
  private admin: Promise<Admin> | null = null;
  private isClosed = false;

  constructor(private readonly kafka: Kafka) {}

  /** `doing` describes the request in an error. A request may be sent more than once. */
  async request<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
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

  private async askOnce<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    this.refuseWhenClosed();
    const admin = (this.admin ??= this.connect());
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

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin({ retry });
    try {
      await admin.connect();
    } catch (error) {
      await leave(Promise.resolve(admin));
      throw error;
    }
    return admin;
  }
}

/** A connection that fails to disconnect is closed already. */
async function leave(admin: Promise<Admin>): Promise<void> {
  await admin.then((connected) => connected.disconnect()).catch(() => undefined);
}

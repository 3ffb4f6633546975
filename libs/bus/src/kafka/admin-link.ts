import type { Admin, Kafka } from 'kafkajs';
import { closedError, kafkaError } from './kafka-error.js';
import { retry } from './kafka-client.js';

/** One connection for all that is asked about topics and groups; opened with the first question, anew after a failure. */
export class AdminLink {
  private admin: Promise<Admin> | null = null;
  private isClosed = false;

  constructor(private readonly kafka: Kafka) {}

  /** `doing` says in an error what was wanted. */
  async ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    this.refuseWhenClosed();
    const admin = (this.admin ??= this.connect());
    try {
      return await question(await admin);
    } catch (error) {
      if (this.admin === admin) this.admin = null;
      void leave(admin);
      this.refuseWhenClosed();
      throw kafkaError(error, doing);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { admin } = this;
    this.admin = null;
    if (admin) await leave(admin);
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

/** A connection that cannot be ended properly has ended already. */
async function leave(admin: Promise<Admin>): Promise<void> {
  await admin.then((connected) => connected.disconnect()).catch(() => undefined);
}

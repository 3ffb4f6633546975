import type { OutgoingMessage } from '../bus.js';

/** Messages that were published by one call. It succeeds when all are recorded and fails with the first that is not. */
export class Publication {
  readonly messages: readonly OutgoingMessage[];
  private readonly outcome = Promise.withResolvers<undefined>();
  private left: number;
  private hasFailed = false;

  constructor(messages: readonly OutgoingMessage[]) {
    this.messages = messages;
    this.left = messages.length;
  }

  get isFailed(): boolean {
    return this.hasFailed;
  }

  get done(): Promise<unknown> {
    return this.outcome.promise;
  }

  oneRecorded(): void {
    this.left -= 1;
    if (this.left === 0) this.outcome.resolve(undefined);
  }

  fail(error: unknown): void {
    this.hasFailed = true;
    this.outcome.reject(error);
  }
}

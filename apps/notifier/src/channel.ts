import type { NotificationType, NotificationPayload } from '@batchmill/records';

export interface Message {
  /** The same for every delivery of a notification, so that a receiver can recognize a second one. */
  readonly id: string;
  readonly payload: NotificationPayload;
  /** The time of this delivery. */
  readonly at: Date;
}

export interface Receipt {
  /** The receiver's status code. */
  readonly response: string;
  /** What went wrong although the message was accepted; null: nothing. */
  readonly warning: string | null;
}

/** Sends notifications by one technology. */
export interface Channel {
  readonly name: 'webhook' | 'email';
  /** The types of notifications that it is sent. */
  readonly on: readonly NotificationType[];
  /** Resolves when the receiver has accepted the message, else throws. A message that is sent twice arrives twice. */
  send(message: Message): Promise<Receipt>;
  /** Connects to the receiver as `send` does, and logs in, without sending anything. Throws as `send` does. */
  check(): Promise<Receipt>;
}

import type { NotificationType, NotificationPayload } from '@batchmill/records';

export interface Message {
  /** The same with every delivery of a notification: who gets it twice can tell. */
  readonly id: string;
  readonly payload: NotificationPayload;
  /** When this delivery is made. */
  readonly at: Date;
}

export interface Answer {
  /** What the receiver said, in words. */
  readonly said: string;
  /** What was not as it should be, though the message was taken; null: nothing. */
  readonly trouble: string | null;
}

/** A way to tell people outside. */
export interface Channel {
  readonly name: 'webhook' | 'email';
  readonly on: readonly NotificationType[];
  /** Resolves when the receiver took it; throws what stood in the way. A message that is sent again arrives again. */
  send(message: Message): Promise<Answer>;
}

import { createHash } from 'node:crypto';

/** The id that receivers get of a notification: always the same, short, and without the dots that signatures part by. */
export function messageIdOf(notificationId: string): string {
  return `msg_${createHash('sha256').update(notificationId).digest('hex').slice(0, 32)}`;
}

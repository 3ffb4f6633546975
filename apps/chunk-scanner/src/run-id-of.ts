import { runIdPattern } from '@batchmill/contracts';
import { createHash } from 'node:crypto';

/** The run's id: as asked, else the message's own, hashed where a run's id cannot be written so. */
export function runIdOf(asked: unknown, messageId: string): string {
  if (typeof asked === 'string' && runIdPattern.test(asked)) return asked;
  if (runIdPattern.test(messageId)) return messageId;
  return createHash('sha256').update(messageId).digest('hex').slice(0, 32);
}

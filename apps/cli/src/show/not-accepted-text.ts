import type { NotAccepted } from '@batchmill/service';
import { formatQuantity } from './format.js';
import { sanitizeLine } from './terminal.js';

const labelColumns = 10;

/** The notifications that no channel has accepted, with the commands that send them again and show what the channel answers. */
export function notAcceptedText(all: readonly NotAccepted[]): string {
  const lines = all.flatMap(({ channel, notifications, error }) => [
    `${channel.padEnd(labelColumns)}${formatQuantity(notifications, 'notification was', 'notifications were')} not accepted: ${sanitizeLine(error ?? 'see the log')}`,
  ]);
  if (lines.length > 0) {
    lines.push('          to send again what is not given up: batchmill serve notifier');
    lines.push('          to see what each channel answers: batchmill notify test');
  }
  return lines.map((line) => `${line}\n`).join('');
}

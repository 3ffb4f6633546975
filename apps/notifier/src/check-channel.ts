import type { NotificationSettings } from '@batchmill/stage';
import type { Channel, Receipt } from './channel.js';
import { Channels } from './channels.js';

/**
 * Connects to the receiver of a channel without sending anything. Null: the channel is not set up. Rejects with a
 * ValidationError that names the setting that is wrong, or with the error that a notification would meet.
 */
export async function checkChannel(
  name: Channel['name'],
  { webhook, email }: NotificationSettings,
): Promise<Receipt | null> {
  const only = { webhook: name === 'webhook' ? webhook : null, email: name === 'email' ? email : null };
  return (await Channels.of(only).named(name)?.check()) ?? null;
}

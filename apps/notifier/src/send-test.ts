import { isBatchmillError, type Clock, type Ids } from '@batchmill/contracts';
import type { NotificationSettings } from '@batchmill/stage';
import type { Channel, Message } from './channel.js';
import { Channels } from './channels.js';
import { messageIdOf } from './notification-ids.js';
import { testPayload } from './payloads/sample-payload.js';

export interface TestAnswer {
  readonly channel: Channel['name'];
  readonly delivered: boolean;
  /** The receiver's status code; null when it did not accept the message. */
  readonly answer: string | null;
  /** What went wrong although the message was delivered. */
  readonly warning: string | null;
  /** Why the message was not delivered; null: it was. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Sends one test message on every channel. Throws a ValidationError when a setting is wrong. */
export async function sendTest(
  settings: NotificationSettings,
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<TestAnswer[]> {
  const at = clock.now();
  const message = { id: messageIdOf(`test.${ids.next()}`), payload: testPayload(at), at };
  return Promise.all(Channels.of(settings).all.map((channel) => sendTo(channel, message)));
}

async function sendTo(channel: Channel, message: Message): Promise<TestAnswer> {
  try {
    const { response: answer, warning } = await channel.send(message);
    return { channel: channel.name, delivered: true, answer, warning, error: null };
  } catch (error) {
    return { channel: channel.name, delivered: false, answer: null, warning: null, error: errorOf(error) };
  }
}

function errorOf(error: unknown): { code: string; message: string } {
  if (isBatchmillError(error)) return { code: error.code, message: error.message };
  return { code: 'unforeseen', message: error instanceof Error ? error.message : String(error) };
}

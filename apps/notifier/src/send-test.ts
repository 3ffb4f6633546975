import { isBatchmillError, type Clock, type Ids } from '@batchmill/contracts';
import type { NotificationSettings } from '@batchmill/stage';
import type { Channel, Message } from './channel.js';
import { Channels } from './channels.js';
import { messageIdOf } from './message-id.js';
import { testPayload } from './payloads/sample-payload.js';

export interface TestAnswer {
  readonly channel: Channel['name'];
  readonly delivered: boolean;
  /** What the receiver said; null when it did not take it. */
  readonly answer: string | null;
  /** What was not as it should be, though it was delivered. */
  readonly trouble: string | null;
  /** What stood in the way; null: it was delivered. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Tells every channel once that this is a test. Throws a ValidationError for settings that are of no use. */
export async function sendTest(
  settings: NotificationSettings,
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<TestAnswer[]> {
  const at = clock.now();
  const message = { id: messageIdOf(`test.${ids.next()}`), payload: testPayload(at), at };
  return Promise.all(Channels.of(settings).all.map((channel) => tell(channel, message)));
}

async function tell(channel: Channel, message: Message): Promise<TestAnswer> {
  try {
    const { said: answer, trouble } = await channel.send(message);
    return { channel: channel.name, delivered: true, answer, trouble, error: null };
  } catch (error) {
    return { channel: channel.name, delivered: false, answer: null, trouble: null, error: errorOf(error) };
  }
}

function errorOf(error: unknown): { code: string; message: string } {
  if (isBatchmillError(error)) return { code: error.code, message: error.message };
  return { code: 'unforeseen', message: error instanceof Error ? error.message : String(error) };
}

import type { Clock, Ids } from '@batchmill/contracts';
import { isBatchmillError } from '@batchmill/contracts';
import type { NotificationSettings } from '@batchmill/stage';
import type { Answer, Channel } from './channel.js';
import { Channels } from './channels.js';
import { messageIdOf } from './message-id.js';
import { toldAsTest } from './told/sample-told.js';

export interface TestAnswer extends Answer {
  readonly channel: Channel['name'];
  readonly delivered: boolean;
  /** What stood in the way; null: it was delivered. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Tells each channel once that this is a test. Throws a ValidationError for settings that are of no use. */
export async function tellTest(
  settings: NotificationSettings,
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<TestAnswer[]> {
  const at = clock.now();
  const message = { id: messageIdOf(`test.${ids.next()}`), told: toldAsTest(at), at };
  return Promise.all(
    Channels.of(settings).all.map(async (channel): Promise<TestAnswer> => {
      try {
        return { channel: channel.name, delivered: true, ...(await channel.send(message)), error: null };
      } catch (error) {
        return { channel: channel.name, delivered: false, said: '', trouble: null, error: errorOf(error) };
      }
    }),
  );
}

function errorOf(error: unknown): { code: string; message: string } {
  if (isBatchmillError(error)) return { code: error.code, message: error.message };
  return { code: 'unforeseen', message: error instanceof Error ? error.message : String(error) };
}

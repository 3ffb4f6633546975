import type { Engine } from '../engine.js';

/** Notifications of a run that a channel has not accepted. They are sent again for a day while a notifier runs. */
export interface NotAccepted {
  /** `webhook` or `email`. */
  readonly channel: string;
  readonly notifications: number;
  /** Why, of one of them. */
  readonly error: string | null;
}

/** By channel. Empty: each was accepted, or not sent yet. */
export async function notAcceptedOf({ notifications }: Engine, runId: string): Promise<readonly NotAccepted[]> {
  const counted = new Map<string, NotAccepted>();
  for await (const { channel, lastError = null } of notifications.notAccepted(runId)) {
    const before = counted.get(channel);
    counted.set(channel, {
      channel,
      notifications: (before?.notifications ?? 0) + 1,
      error: before?.error ?? lastError,
    });
  }
  return [...counted.values()];
}

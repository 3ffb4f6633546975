/** skipped: it was not tried, because something else is wrong first or because it cannot be known. */
export type Level = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found. Secrets are in none of its texts. */
export interface Finding {
  readonly level: Level;
  /** What was tried, against what, and what is there. */
  readonly text: string;
  /** What is wrong; null: nothing. */
  readonly reason: string | null;
  /** The command to run or the setting to write; null: nothing is to be done. */
  readonly remedy: string | null;
}

/** What a person is told of something that is wrong. */
interface Trouble {
  readonly reason: string;
  readonly remedy: string;
}

export function ok(text: string): Finding {
  return { level: 'ok', text, reason: null, remedy: null };
}

export function warning(text: string, { reason, remedy }: Trouble): Finding {
  return { level: 'warning', text, reason, remedy };
}

export function failed(text: string, { reason, remedy }: Trouble): Finding {
  return { level: 'failed', text, reason, remedy };
}

export function skipped(text: string, reason: string | null = null): Finding {
  return { level: 'skipped', text, reason, remedy: null };
}

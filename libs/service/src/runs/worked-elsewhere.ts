import type { Clock } from '@batchmill/contracts';
import { isAtWork } from '../ports/index.js';
import type { Settings } from '../settings/index.js';

const graceMs = 3_000;

/** Asked again and again: whether another process is at work. A short absence, as of one that is restarted, is none. */
export function workedElsewhere(settings: Settings, clock: Clock): () => boolean {
  let absentSince: number | null = null;
  return () => {
    const now = clock.now().getTime();
    absentSince = isAtWork(settings) ? null : (absentSince ?? now);
    return absentSince === null || now - absentSince < graceMs;
  };
}

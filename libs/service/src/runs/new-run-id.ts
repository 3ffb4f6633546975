import type { Clock, Ids } from '@batchmill/contracts';

/** A name for a run that nobody named: when it was asked for, in UTC, and something by chance. `20260102-150405-3f9c2a1b` */
export function newRunId(clock: Clock, ids: Ids): string {
  const at = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${at}-${ids.next().replaceAll('-', '').slice(0, 8)}`;
}

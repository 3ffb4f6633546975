import { formatDuration } from '../show/format.js';
import { failed, ok, warning, type Finding } from './finding.js';

interface Reading {
  /** Whose clock it is. */
  readonly of: string;
  readonly theirs: Date;
  /** Their clock may show less than a unit. */
  readonly unitMs: number;
  readonly sentAt: Date;
  readonly answeredAt: Date;
}

/** A webhook's signature is good for five minutes, and batches are looked for by the provider's clock. */
const failedMs = 60_000;
const warningMs = 5_000;

/** How far this machine's clock is ahead of another one, at least; negative: behind. 0: they may agree. */
export function skewMs({ theirs, unitMs, sentAt, answeredAt }: Omit<Reading, 'of'>): number {
  const ahead = sentAt.getTime() - (theirs.getTime() + unitMs);
  if (ahead > 0) return ahead;
  return Math.min(0, answeredAt.getTime() - theirs.getTime());
}

export function clockFinding({ of, ...reading }: Reading): Finding {
  const skew = skewMs(reading);
  const text = `clock of this machine and that of ${of}`;
  if (Math.abs(skew) < warningMs) return ok(text);
  const trouble = {
    reason: `this machine is ${formatDuration(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} ${of}`,
    remedy: 'set the clock of this machine by NTP: sudo timedatectl set-ntp true',
  };
  return Math.abs(skew) < failedMs ? warning(text, trouble) : failed(text, trouble);
}

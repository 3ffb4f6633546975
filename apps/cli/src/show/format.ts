import { isAbsolute, relative, sep } from 'node:path';

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun: `1 document`, `2,000 documents`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** In the largest unit, of a thousand each, of which there is one. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const amount = bytes / 1000 ** unit;
  return `${unit > 0 && amount < 10 ? amount.toFixed(1) : Math.floor(amount)} ${units[unit] ?? ''}`;
}

const smallestUsd = 0.0001;

/** Nano-dollars in US dollars, all nine decimals. */
export function exactUsd(nanoUsd: number): string {
  const sign = nanoUsd < 0 ? '-' : '';
  const digits = String(Math.abs(nanoUsd)).padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Null means that no price is known. Below a dollar four decimals are shown, otherwise two. */
export function formatUsd(amount: number | null): string {
  if (amount === null) return 'unknown';
  if (amount < 0) return `-${formatUsd(-amount)}`;
  if (amount > 0 && amount < smallestUsd) return `<$${smallestUsd}`;
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** A fraction in percent, rounded down, so that no goal is shown as reached that is not. */
export function formatPercent(fraction: number): string {
  return `${Math.floor(fraction * 100 + 1e-9)} %`;
}

/** To the second, in UTC. */
export function formatTime(at: Date | string): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** The time of day, in UTC. */
export function formatClock(at: Date | string | number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** In UTC: the time of day, and on another day the date and the minute. */
export function formatWhen(at: string, now: number): string {
  const isToday = formatTime(at).slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return isToday ? formatClock(at) : formatTime(at).slice(0, 16);
}

export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/** A path below the working directory is shown relative to it, any other as it is. */
export function formatPath(path: string): string {
  const within = relative(process.cwd(), path);
  return within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? path : within;
}

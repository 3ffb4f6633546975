export function count(n: number): string {
  return n.toLocaleString('en-US');
}

const leastShown = 0.0001;

/** Null: a price is not known. Cents, below a dollar hundredths of a cent; less than one of those says so. */
export function usd(amount: number | null): string {
  if (amount === null) return 'unknown';
  if (amount > 0 && amount < leastShown) return `<$${leastShown}`;
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** To the second, in UTC. */
export function moment(at: Date | string): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

import type { ServerStatus } from './server.ts';

const megabyte = 1_000_000;

/** State, address, start time and memory of each server. */
export function statusTable(all: readonly ServerStatus[], now: Date): string {
  const rows = all.map((one) => [
    one.name,
    one.state,
    one.addresses.join(' '),
    one.process === null ? '' : `${clockTime(one.process.since)} (${age(one.process.since, now)})`,
    one.process === null ? '' : `${Math.round(one.process.memoryBytes / megabyte)} MB`,
    one.process === null ? '' : String(one.process.pid),
    one.version,
  ]);
  const lines = [['SERVER', 'STATE', 'WHERE', 'SINCE', 'MEMORY', 'PID', 'VERSION'], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function clockTime(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

function age(since: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

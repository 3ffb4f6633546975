import { Writable } from 'node:stream';

const shownFirst = new Set(['time', 'level', 'operation', 'message', 'trace_id', 'span_id']);

/** Turns JSON log lines into short lines for a person: time, level, operation, message, then the other fields. */
export function readableLines(out: { write(text: string): unknown }): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      out.write(readable(line));
      done();
    },
  });
}

function readable(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields)
    .filter(([name, value]) => !shownFirst.has(name) && value !== null && typeof value !== 'object')
    .map(([name, value]) => `${name}=${String(value)}`);
  const time = String(fields['time']).slice(11, 19);
  const operation = typeof fields['operation'] === 'string' ? `${fields['operation']}: ` : '';
  return (
    `${time} ${String(fields['level']).padEnd(5)} ${operation}${String(fields['message'])} ${rest.join(' ')}`.trimEnd() +
    '\n'
  );
}

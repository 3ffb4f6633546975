import type { Log, LogLevel } from './log.js';
import { PinoLog } from './pino-log.js';
import { readableLines } from './readable-lines.js';

/** How a process logs. */
export interface LoggerOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel;
  /** Missing: standard output. */
  readonly destination?: { write(text: string): unknown };
  /** Short lines for a person at a terminal, instead of JSON. */
  readonly pretty?: boolean;
}

/** Makes the log of a process. */
export function createLogger({ level, destination, pretty = false }: LoggerOptions): Log {
  if (pretty) return new PinoLog({ level, destination: readableLines(destination ?? process.stdout) });
  if (destination === undefined) return new PinoLog({ level });
  return new PinoLog({ level, destination: { write: (line) => void destination.write(line) } });
}

import type { Log, LogLevel } from './log.js';
import { PinoLog } from './pino-log.js';
import { readableLines } from './readable-lines.js';

export interface LoggerOptions {
  /** The least that is written. */
  readonly level: LogLevel;
  /** Missing: standard output. */
  readonly destination?: { write(text: string): unknown };
  /** One short line per fact, for a person at a terminal, in place of JSON. */
  readonly pretty?: boolean;
}

/** The log of a process. */
export function createLogger({ level, destination, pretty = false }: LoggerOptions): Log {
  if (pretty) return new PinoLog({ level, destination: readableLines(destination ?? process.stdout) });
  if (destination === undefined) return new PinoLog({ level });
  return new PinoLog({ level, destination: { write: (line) => void destination.write(line) } });
}

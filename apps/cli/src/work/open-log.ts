import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PinoLog, readableLines, type Log, type LogLevel } from '@batchmill/telemetry';
import type { Output } from '../shell.js';

export interface OpenedLog {
  readonly log: Log;
  /** Absolute. */
  readonly file: string;
  /** Warnings and errors so far. */
  readonly troubles: () => number;
  /** Resolves when all of it is in the file. */
  close(): Promise<void>;
}

/**
 * The log of a command: JSON lines in `<home>/batchmill.log`. Warnings and errors also go to `told`, in readable form,
 * unless it is null.
 */
export function openLog(home: string, level: LogLevel, told: Output | null): OpenedLog {
  mkdirSync(home, { recursive: true });
  const file = join(home, 'batchmill.log');
  const stream = createWriteStream(file, { flags: 'a' });
  const readable = told === null ? null : readableLines(told);
  let troubles = 0;
  const destination = {
    write(line: string): void {
      stream.write(line);
      if (!isTrouble(line)) return;
      troubles += 1;
      readable?.write(line);
    },
  };
  return {
    log: new PinoLog({ level, destination }),
    file,
    troubles: () => troubles,
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}

function isTrouble(line: string): boolean {
  const { level } = JSON.parse(line) as { level: string }; // PinoLog wrote it
  return level === 'WARN' || level === 'ERROR';
}

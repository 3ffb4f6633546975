import type { KafkaLog } from './kafka-log.js';

/** A log that keeps its lines. */
export class LogLines implements KafkaLog {
  readonly lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];

  readonly debug = this.at('debug');
  readonly info = this.at('info');
  readonly warn = this.at('warn');
  readonly error = this.at('error');

  of(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  private at(level: string) {
    return (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      this.lines.push({ level, message, fields });
    };
  }
}

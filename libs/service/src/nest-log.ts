import type { LoggerService } from '@nestjs/common';
import type { Log } from '@batchmill/telemetry';

/** Passes Nest's log lines to our log. Those of its level `log` become debug lines. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(message: unknown): void {
    this.target.debug(String(message), { operation: 'nest' });
  }

  warn(message: unknown): void {
    this.target.warn(String(message), { operation: 'nest' });
  }

  error(message: unknown): void {
    this.target.error(message instanceof Error ? message.message : String(message), { operation: 'nest' });
  }
}

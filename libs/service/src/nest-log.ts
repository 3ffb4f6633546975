import type { LoggerService } from '@nestjs/common';
import type { Log } from '@batchmill/telemetry';

/** What Nest has to say goes to our log; its chatter at the start does not. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown): void {
    this.sink.debug(String(message), { operation: 'nest' });
  }

  warn(message: unknown): void {
    this.sink.warn(String(message), { operation: 'nest' });
  }

  error(message: unknown): void {
    this.sink.error(message instanceof Error ? message.message : String(message), { operation: 'nest' });
  }
}

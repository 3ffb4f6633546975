import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger } from 'pino';
import { Log, type LogFields, type LogLevel } from './log.js';
import { withoutSecrets } from './without-secrets.js';

/** JSON lines with time, level, message, the given fields, and the ids of the active trace and span. */
export class PinoLog extends Log {
  readonly #logger: Logger;

  constructor({ level, destination }: { level: LogLevel; destination?: DestinationStream }) {
    super();
    const options = {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label: string) => ({ level: label.toUpperCase() }),
        log: (fields: Record<string, unknown>) => withoutSecrets(fields),
      },
      mixin: traceIds,
    };
    this.#logger = destination === undefined ? pino(options) : pino(options, destination);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#logger.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#logger.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#logger.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#logger.error(fields, message);
  }
}

function traceIds(): Record<string, string> {
  const context = trace.getActiveSpan()?.spanContext();
  return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
}

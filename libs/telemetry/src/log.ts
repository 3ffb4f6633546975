/** From the lowest to the highest. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Ids, counts and states. Never prompts, answers, vectors or keys. */
export interface LogFields {
  /** The stage or part that writes the line. */
  readonly operation?: string;
  readonly runId?: string | null;
  readonly batchId?: string | null;
  readonly documents?: number;
  readonly status?: string;
  readonly error?: string | null;
  readonly [field: string]: unknown;
}

/** Structured log lines. WARN: something is wrong and nothing is lost. ERROR: a person has to act. */
export abstract class Log {
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  abstract error(message: string, fields?: LogFields): void;

  /** A log that adds these fields to every line. A line's own fields win. */
  child(fields: LogFields): Log {
    return new LogWithFields(this, fields);
  }
}

class LogWithFields extends Log {
  constructor(
    private readonly log: Log,
    private readonly always: LogFields,
  ) {
    super();
  }

  debug(message: string, fields?: LogFields): void {
    this.log.debug(message, { ...this.always, ...fields });
  }

  info(message: string, fields?: LogFields): void {
    this.log.info(message, { ...this.always, ...fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.log.warn(message, { ...this.always, ...fields });
  }

  error(message: string, fields?: LogFields): void {
    this.log.error(message, { ...this.always, ...fields });
  }
}

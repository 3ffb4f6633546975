export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Ids, counts and states. Never prompts, answers, vectors or keys. */
export interface LogFields {
  /** The stage or part that speaks. */
  readonly operation?: string;
  readonly runId?: string | null;
  readonly batchId?: string | null;
  readonly documents?: number;
  readonly status?: string;
  readonly error?: string | null;
  readonly [field: string]: unknown;
}

/** Structured lines, one fact each. WARN: odd, nothing lost. ERROR: someone must act. */
export abstract class Log {
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  abstract error(message: string, fields?: LogFields): void;

  /** A log that says these fields with every line; a line's own fields win. */
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

import type { Log } from './log.js';

export interface TelemetryOptions {
  readonly serviceName: string;
  /** Where spans are sent to, with its path; null: nowhere. Headers are taken from OTLP's own variables. */
  readonly tracesUrl: string | null;
  /** The same for counts, which are to be had at `/metrics` whatever is said here. */
  readonly metricsUrl: string | null;
  readonly log: Log;
}

export interface Telemetry {
  /** All counts at this moment, in the format that Prometheus reads. */
  exposition(): Promise<string>;
  stop(): Promise<void>;
}

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

/** Traces and counts of this process, until it is stopped. Once per process. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { startSdk } = await import('./start-sdk.js'); // much to load, and a command needs none of it
  return startSdk(options);
}

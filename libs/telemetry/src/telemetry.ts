import type { Proxies } from '@batchmill/contracts';
import type { Log } from './log.js';

/** Where the telemetry of a process goes. */
export interface TelemetryOptions {
  readonly serviceName: string;
  /** The OTLP URL for spans, with its path; null: they are not sent. OTLP's own variables give the headers. */
  readonly tracesUrl: string | null;
  /** The OTLP URL for metrics, with its path; null: they are not sent, and only `exposition` gives them. */
  readonly metricsUrl: string | null;
  /** Through which the receiver is reached. Default: none. */
  readonly proxies?: Proxies;
  readonly log: Log;
}

/** The running telemetry of a process. */
export interface Telemetry {
  /** All metrics at this moment, in the text format of Prometheus. */
  exposition(): Promise<string>;
  stop(): Promise<void>;
}

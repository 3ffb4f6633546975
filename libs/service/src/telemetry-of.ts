import type { Log, TelemetryOptions } from '@batchmill/telemetry';
import type { Settings } from './settings/index.js';

/** Where the telemetry of the process goes, by the settings. */
export function telemetryOf({ service }: Settings, name: string, log: Log): TelemetryOptions {
  const serviceName = service.name ?? `batchmill-${name}`;
  if (service.telemetryOff === 'true') return { serviceName, log, tracesUrl: null, metricsUrl: null };
  const below = service.otlpUrl === null ? null : `${service.otlpUrl.replace(/\/$/, '')}/v1/traces`;
  return { serviceName, log, tracesUrl: service.tracesUrl ?? below, metricsUrl: service.metricsUrl };
}

import type { Telemetry, TelemetryOptions } from './telemetry.js';

/** Traces and counts of this process, until it is stopped. Once per process. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { startSdk } = await import('./start-sdk.js'); // much to load, and a command needs none of it
  return startSdk(options);
}

import type { Telemetry, TelemetryOptions } from './telemetry.js';

/** Starts traces and metrics of this process. Called once per process. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { startSdk } = await import('./start-sdk.js'); // loaded only here: it is large, and most commands need none of it
  return startSdk(options);
}

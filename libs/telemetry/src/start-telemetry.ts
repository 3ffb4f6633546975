import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.js';
import { startMeasuring, type Measuring } from './measuring.js';
import { startTracing } from './tracing.js';

export interface TelemetryOptions {
  readonly serviceName: string;
  /** Where spans are sent to, with its path; null: nowhere. Headers are taken from OTLP's own variables. */
  readonly tracesUrl: string | null;
  /** The same for counts, which are to be had at `/metrics` whatever is said here. */
  readonly metricsUrl: string | null;
  readonly log: Log;
}

const complainEveryMs = 60_000;
const stopWithinMs = 3_000;

/** Traces and counts of this process. What cannot be delivered is dropped, said now and then, and never waited for. */
export function startTelemetry({ serviceName, tracesUrl, metricsUrl, log }: TelemetryOptions): Measuring {
  const complain = complainTo(log);
  setGlobalErrorHandler(complain);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }));
  const processors =
    tracesUrl === null ? [] : [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: tracesUrl }) })];
  const readers =
    metricsUrl === null
      ? []
      : [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: metricsUrl }) })];
  const tracing = startTracing({ processors, resource });
  const measuring = startMeasuring({ resource, readers });
  return {
    exposition: () => measuring.exposition(),
    stop: () => withinLimit(Promise.all([tracing.stop().catch(complain), measuring.stop().catch(complain)])),
  };
}

/** At most one line a minute: whoever reads the log wants to know that, not how often. */
function complainTo(log: Log): (error: unknown) => void {
  let saidAtMs = -Infinity;
  return (error) => {
    if (performance.now() - saidAtMs < complainEveryMs) return;
    saidAtMs = performance.now();
    const reason = error instanceof Error ? error.message : 'the receiver does not take it';
    log.warn('telemetry could not be delivered and is dropped; the work goes on', { error: reason.slice(0, 200) });
  };
}

async function withinLimit(stopping: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([stopping, sleep(stopWithinMs, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
}

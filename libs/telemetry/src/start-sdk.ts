import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceAttributesEnvDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.js';
import { startMeasuring } from './measuring.js';
import type { Telemetry, TelemetryOptions } from './telemetry.js';

const complainEveryMs = 60_000;
const stopWithinMs = 3_000;

/**
 * Traces and counts of this process, by the standard's SDK. What cannot be delivered is dropped, said now and then, and
 * never waited for. Spans are ours alone: no library is instrumented. Once per process.
 */
export function startSdk({ serviceName, tracesUrl, metricsUrl, log }: TelemetryOptions): Telemetry {
  const complain = complainTo(log);
  setGlobalErrorHandler(complain);
  const pulled = new PrometheusExporter({ preventServerStart: true });
  const pushed =
    metricsUrl === null
      ? []
      : [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: metricsUrl }) })];
  const sdk = new NodeSDK({
    // What the environment says of the process goes before our name for it.
    resource: defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName })),
    resourceDetectors: [resourceAttributesEnvDetector],
    instrumentations: [],
    // Without a processor there would be no spans, and no trace to carry from a stage to the next.
    ...(tracesUrl === null
      ? { spanProcessors: [new NoopSpanProcessor()] }
      : { traceExporter: new OTLPTraceExporter({ url: tracesUrl }) }),
    metricReaders: [pulled, ...pushed],
    logRecordProcessors: [],
  });
  sdk.start();
  const measuring = startMeasuring(metrics);
  return {
    exposition: () => expositionOf(pulled),
    stop: async () => {
      measuring.stop();
      await withinLimit(sdk.shutdown().catch(complain));
      for (const api of [trace, metrics, context, propagation]) api.disable();
    },
  };
}

async function expositionOf(pulled: PrometheusExporter): Promise<string> {
  // With OTEL_SDK_DISABLED nobody counts, and the reader has nobody to ask.
  const collected = await pulled.collect().catch(() => null);
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return collected === null ? '' : serializer.serialize(collected.resourceMetrics);
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

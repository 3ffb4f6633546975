import { noProxies, proxyFor, type Proxies } from '@batchmill/contracts';
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
import type { AgentOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.js';
import { startMetrics } from './metrics.js';
import type { Telemetry, TelemetryOptions } from './telemetry.js';

const warnEveryMs = 60_000;
const stopAtMostMs = 3_000;

/**
 * Starts OpenTelemetry's SDK. Telemetry that cannot be delivered is dropped with a warning and never waited for. No library
 * is instrumented: all spans are Batchmill's own. Called once per process.
 */
export function startSdk(options: TelemetryOptions): Telemetry {
  const { serviceName, tracesUrl, metricsUrl, proxies = noProxies, log } = options;
  const warn = warningsTo(log);
  setGlobalErrorHandler(warn);
  const pulled = new PrometheusExporter({ preventServerStart: true });
  const pushed =
    metricsUrl === null
      ? []
      : [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(receiverAt(metricsUrl, proxies)) })];
  const sdk = new NodeSDK({
    // Resource attributes from the environment win over our service name.
    resource: defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName })),
    resourceDetectors: [resourceAttributesEnvDetector],
    instrumentations: [],
    // Without a processor there would be no spans, and stages could not pass a trace on.
    ...(tracesUrl === null
      ? { spanProcessors: [new NoopSpanProcessor()] }
      : { traceExporter: new OTLPTraceExporter(receiverAt(tracesUrl, proxies)) }),
    metricReaders: [pulled, ...pushed],
    logRecordProcessors: [],
  });
  sdk.start();
  const running = startMetrics(metrics);
  return {
    exposition: () => expositionOf(pulled),
    stop: async () => {
      running.stop();
      await atMost(sdk.shutdown().catch(warn));
      for (const api of [trace, metrics, context, propagation]) api.disable();
    },
  };
}

/** Where an exporter sends, through the proxy of that URL if there is one. */
function receiverAt(url: string, proxies: Proxies): { url: string; httpAgentOptions?: AgentOptions } {
  const proxy = proxyFor(new URL(url), proxies)?.href;
  if (proxy === undefined) return { url };
  return { url, httpAgentOptions: { keepAlive: true, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } } };
}

async function expositionOf(pulled: PrometheusExporter): Promise<string> {
  // With OTEL_SDK_DISABLED there is no meter, and collecting rejects.
  const collected = await pulled.collect().catch(() => null);
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return collected === null ? '' : serializer.serialize(collected.resourceMetrics);
}

/** Writes at most one warning a minute. */
function warningsTo(log: Log): (error: unknown) => void {
  let warnedAtMs = -Infinity;
  return (error) => {
    if (performance.now() - warnedAtMs < warnEveryMs) return;
    warnedAtMs = performance.now();
    const reason = error instanceof Error ? error.message : 'the receiver refused it';
    log.warn('telemetry could not be delivered and is dropped', { error: reason.slice(0, 200) });
  };
}

async function atMost(stopping: Promise<unknown>): Promise<void> {
  const stopped = new AbortController();
  await Promise.race([stopping, sleep(stopAtMostMs, undefined, { signal: stopped.signal }).catch(() => undefined)]);
  stopped.abort();
}

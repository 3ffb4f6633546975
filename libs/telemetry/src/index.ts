export { Log, type LogFields, type LogLevel } from './log.js';
export { MemoryLog, type LogLine } from './memory-log.js';
export { PinoLog } from './pino-log.js';
export { readableLines } from './readable-lines.js';
export { countEvent } from './count-event.js';
export {
  countError,
  countMessage,
  countProviderWebhook,
  countRateWait,
  countWork,
  expectMessages,
  expectWork,
  observe,
  type MessageOutcome,
  type Observed,
  type ProviderWebhookOutcome,
  type RateWait,
  type WorkOutcome,
} from './metrics.js';
export { exposedMetrics, gauges, type ExposedMetric, type Metric } from './metric-catalogue.js';
export { reachReceiver } from './reach-receiver.js';
export { startTelemetry } from './start-telemetry.js';
export type { Telemetry, TelemetryOptions } from './telemetry.js';
export {
  contextFrom,
  describeSpan,
  inSpan,
  newTraceparent,
  startTracing,
  traceparentOf,
  type SpanOptions,
  type TracingOptions,
} from './tracing.js';
export { createLogger, type LoggerOptions } from './create-logger.js';

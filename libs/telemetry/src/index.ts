export { Log, type LogFields, type LogLevel } from './log.js';
export { MemoryLog, type LogLine } from './memory-log.js';
export { PinoLog } from './pino-log.js';
export { readableLines } from './readable-lines.js';
export { inSpan, startTracing, traceparentOf, type SpanOptions } from './tracing.js';

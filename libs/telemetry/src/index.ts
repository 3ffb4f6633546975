export { Log, type LogFields, type LogLevel } from './log.js';
export { MemoryLog, type LogLine } from './memory-log.js';
export { PinoLog } from './pino-log.js';
export { readableLines } from './readable-lines.js';
export { contextFrom, inSpan, newTraceparent, startTracing, traceparentOf, type SpanOptions } from './tracing.js';
export { createLogger, type LoggerOptions } from './create-logger.js';

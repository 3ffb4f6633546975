import { randomBytes } from 'node:crypto';
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  context,
  isSpanContextValid,
  trace,
  type Attributes,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent } from '@opentelemetry/core';
import { TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace';

const tracerName = 'batchmill';

/** Where spans go. */
export interface TracingOptions {
  readonly processors?: readonly SpanProcessor[];
}

/**
 * Starts spans that go only to `processors`, for commands and tests. Services call `startTelemetry`. Once per process.
 */
export function startTracing({ processors = [] }: TracingOptions = {}): { stop(): Promise<void> } {
  const provider = new TracerProvider({ spanProcessors: [...processors] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    stop: async () => {
      await provider.shutdown().finally(() => {
        trace.disable();
        context.disable();
      });
    },
  };
}

/** How a span is connected to others. */
export interface SpanOptions {
  /** The `traceparent` that the span continues; null: it begins a trace. Missing: it is a child of the active span. */
  readonly parent?: string | null;
  /** The `traceparent`s of related spans that did not cause this one. */
  readonly links?: readonly string[];
  readonly attributes?: Attributes;
}

/**
 * Runs the work in a span. Of an error only its name and code are recorded. Without `startTracing` the work runs too, and
 * the trace of `parent` is passed on, but no span is recorded.
 */
export async function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const { parent, links = [], attributes = {} } = options;
  const from = parent === undefined ? context.active() : contextFrom(parent);
  const linked = links.flatMap((link) => {
    const linkedContext = parseTraceParent(link);
    return linkedContext === null ? [] : [{ context: linkedContext }];
  });
  const span = trace.getTracer(tracerName).startSpan(name, { attributes, links: linked }, from);
  try {
    return await context.with(trace.setSpan(from, span), work);
  } catch (error) {
    const { name: kind, code }: { name: string; code?: unknown } = error instanceof Error ? error : new Error();
    span.setStatus({ code: SpanStatusCode.ERROR, message: kind });
    span.setAttribute('error.type', typeof code === 'string' ? code : kind);
    throw error;
  } finally {
    span.end();
  }
}

/** Adds attributes to the active span: ids, counts and states only. */
export function describeSpan(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** The context that continues a stored `traceparent`. When it is null or malformed, a new trace begins. */
export function contextFrom(traceparent: string | null): Context {
  const remote = traceparent === null ? null : parseTraceParent(traceparent);
  return remote === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
}

/** The `traceparent` of a new trace, for spans that are to share it. */
export function newTraceparent(): string {
  return traceparentFrom({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    traceFlags: TraceFlags.SAMPLED,
  });
}

/** The active span as a W3C `traceparent`; null when there is none. */
export function traceparentOf(): string | null {
  const active = trace.getActiveSpan()?.spanContext();
  return active === undefined || !isSpanContextValid(active) ? null : traceparentFrom(active);
}

function traceparentFrom({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

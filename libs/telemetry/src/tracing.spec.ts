import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { inSpan, startTracing, traceparentOf } from './tracing.js';

describe('tracing', () => {
  let exporter: InMemorySpanExporter;
  let tracing: { stop(): Promise<void> };

  beforeEach(() => {
    exporter = new InMemorySpanExporter();
    tracing = startTracing({ processors: [new SimpleSpanProcessor({ exporter })] });
  });
  afterEach(() => tracing.stop());

  it('S6: a span continues the trace of a stored traceparent', async () => {
    const stored = await inSpan('first', { parent: null }, async () => traceparentOf());

    await inSpan('later', { parent: stored }, async () => undefined);

    const [first, later] = exporter.getFinishedSpans();
    expect(later!.spanContext().traceId).toBe(first!.spanContext().traceId);
    expect(later!.parentSpanContext?.spanId).toBe(first!.spanContext().spanId);
  });

  it('S6: a span that a clock woke links to what it continues', async () => {
    const woken = await inSpan('message', { parent: null }, async () => traceparentOf());

    await inSpan('clock', { parent: null, links: [woken!] }, async () => undefined);

    const [message, clock] = exporter.getFinishedSpans();
    expect(clock!.links.map((link) => link.context.spanId)).toEqual([message!.spanContext().spanId]);
    expect(clock!.spanContext().traceId).not.toBe(message!.spanContext().traceId);
  });

  it('N3: of an error only its name is recorded', async () => {
    const failing = inSpan('failing', { parent: null }, async () => {
      throw new TypeError('the prompt of a user');
    });

    await expect(failing).rejects.toThrow(TypeError);
    expect(exporter.getFinishedSpans()[0]!.status.message).toBe('TypeError');
  });

  it('S6: a traceparent that cannot be read begins a new trace', async () => {
    const begun = await inSpan('odd', { parent: 'not-a-traceparent' }, async () => traceparentOf());

    expect(begun).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});

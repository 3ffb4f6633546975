import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidationError } from '@batchmill/contracts';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { setImmediate } from 'node:timers/promises';
import { inSpan, newTraceparent, startTracing, traceparentOf } from './tracing.js';

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

  it('S6: a span can link to a span that did not cause it', async () => {
    const linked = await inSpan('message', { parent: null }, async () => traceparentOf());

    await inSpan('clock', { parent: null, links: [linked!] }, async () => undefined);

    const [message, clock] = exporter.getFinishedSpans();
    expect(clock!.links.map((link) => link.context.spanId)).toEqual([message!.spanContext().spanId]);
    expect(clock!.spanContext().traceId).not.toBe(message!.spanContext().traceId);
  });

  it('N3: of an error only its name and code are recorded', async () => {
    const failing = inSpan('failing', { parent: null }, async () => {
      throw new ValidationError('document.text-empty', 'the prompt of a user');
    });

    await expect(failing).rejects.toThrow(ValidationError);
    const [span] = exporter.getFinishedSpans();
    expect(span!.status.message).toBe('ValidationError');
    expect(span!.attributes).toEqual({ 'error.type': 'document.text-empty' });
    expect(span!.events).toEqual([]);
  });

  it('S6: a span without a given parent is a child of the active span', async () => {
    await inSpan('outer', { parent: null }, () => inSpan('inner', {}, async () => undefined));

    const [inner, outer] = exporter.getFinishedSpans();
    expect(inner!.parentSpanContext?.spanId).toBe(outer!.spanContext().spanId);
  });

  it('S6: spans of concurrent work do not mix', async () => {
    const traceparents = await Promise.all(
      [1, 2].map((_, index) =>
        inSpan(`work ${index}`, { parent: null }, async () => {
          await setImmediate();
          return inSpan(`part ${index}`, {}, async () => traceparentOf());
        }),
      ),
    );

    expect(traceparents[0]!.split('-')[1]).not.toBe(traceparents[1]!.split('-')[1]);
    expect(exporter.getFinishedSpans()).toHaveLength(4);
  });

  it('S6: a span that continues a new traceparent belongs to its trace', async () => {
    const started = newTraceparent();

    const continued = await inSpan('first', { parent: started }, async () => traceparentOf());

    expect(continued!.split('-')[1]).toBe(started.split('-')[1]);
    expect(newTraceparent()).not.toBe(started);
  });

  it('S6: without tracing the work runs and a stored trace is passed on', async () => {
    await tracing.stop();
    const stored = newTraceparent();

    expect(await inSpan('work', { parent: stored }, async () => 'done')).toBe('done');
    expect(await inSpan('work', { parent: null, links: ['odd'] }, async () => traceparentOf())).toBeNull();
  });

  it('S6: a malformed traceparent begins a new trace', async () => {
    const traceparent = await inSpan('odd', { parent: 'not-a-traceparent' }, async () => traceparentOf());

    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});

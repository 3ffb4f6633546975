import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessingError } from '@batchmill/contracts';
import { newTraceparent, startTracing, traceparentOf } from '@batchmill/telemetry';
import { eventually } from '@batchmill/testing';
import { OrderRequested, OrderMade, OrderShipped } from './orders.contract.js';
import { consumes, eachWithFixture, works, type MakeStageUnderTest } from './fixture.contract.js';

type Processor = NonNullable<NonNullable<Parameters<typeof startTracing>[0]>['processors']>[number];
type Span = Parameters<Processor['onEnd']>[0];

const maker = { name: 'maker', produces: [OrderMade] };
const shipper = { name: 'shipper', produces: [OrderShipped] };

export function describeTracing(make: MakeStageUnderTest): void {
  describe('traces', () => {
    const fixture = eachWithFixture(make);
    let ended: Span[];
    let tracing: ReturnType<typeof startTracing>;
    const spanOf = (name: string) => eventually(`the span ${name}`, () => ended.find((span) => span.name === name));
    const partsOf = (traceparent: string) => traceparent.split('-').slice(1, 3);

    beforeEach(() => {
      ended = [];
      const keep: Processor = {
        onStart: () => undefined,
        onEnd: (span) => ended.push(span),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      };
      tracing = startTracing({ processors: [keep] });
    });
    afterEach(() => tracing.stop());

    it('S6: work continues the trace of its record, and its events pass it on', async () => {
      const traceparent = newTraceparent();
      const [traceId, spanId] = partsOf(traceparent);
      await fixture().insert('order', { traceparent });

      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }));
        }),
      ]);

      const span = await spanOf('maker works');
      expect(span.spanContext().traceId).toBe(traceId);
      expect(span.parentSpanContext?.spanId).toBe(spanId);
      expect(span.attributes).toMatchObject({ 'batchmill.stage': 'maker', 'batchmill.record': 'order' });
      const [message] = await fixture().published(OrderMade);
      expect(partsOf(message!.headers['traceparent']!)).toEqual([traceId, span.spanContext().spanId]);
    });

    it('S6: a failure is logged in the trace of its record', async () => {
      const traceparent = newTraceparent();
      const { log } = fixture();
      const traceparents: (string | null)[] = [];
      for (const level of ['warn', 'error'] as const) {
        const write = log[level].bind(log);
        log[level] = (message, fields) => {
          traceparents.push(traceparentOf());
          write(message, fields);
        };
      }
      await fixture().insert('order', { traceparent });

      await fixture().start(
        [
          works(maker, 'requested', [], async function* () {
            throw new ProcessingError('provider.unexpected-response', 'broken');
          }),
        ],
        fixture().dependencies({}, { maxAttempts: 1 }),
      );

      await eventually('it is parked', async () => (await fixture().order('order')).parked);
      await eventually('it is logged', () => traceparents.length === 1);
      expect(traceparents.map((one) => partsOf(one ?? '')[0])).toEqual([partsOf(traceparent)[0]]);
    });

    it('S6: recorded input continues the trace of its message through every stage', async () => {
      const traceparent = newTraceparent();
      const [traceId] = partsOf(traceparent);
      const { orders } = fixture();
      await fixture().start([
        consumes<OrderRequested>(maker, OrderRequested, async function* ({ orderId }) {
          yield orders.insert(orders.new(orderId ?? 'none', 'requested', traceparentOf()));
        }),
        works(maker, 'requested', [OrderRequested], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }));
        }),
        works(shipper, 'made', [OrderMade], async function* (order) {
          yield order.to('shipped', new OrderShipped({ orderId: order.id }));
        }),
      ]);

      await fixture().publish(OrderRequested, '{"orderId":"order","size":1}', { traceparent });

      const spans = await Promise.all(
        ['maker order.requested', 'maker works', 'shipper order.made', 'shipper works'].map(spanOf),
      );
      expect(spans.map((span) => span.spanContext().traceId)).toEqual([traceId, traceId, traceId, traceId]);
      const [message] = await fixture().published(OrderShipped);
      expect(partsOf(message!.headers['traceparent']!)[0]).toBe(traceId);
    });

    it('S6: a republished event carries the trace of the work that recorded it', async () => {
      const traceparent = newTraceparent();
      const data = JSON.stringify({ orderId: 'order' });
      const about = { topic: 'batchmill.order.made', type: 'batchmill.order.made.v1', key: 'order', data };
      const outbox = [{ id: 'event', at: fixture().clock.now(), traceparent, ...about }];
      await fixture().insert('order', { state: 'made', outbox });
      fixture().clock.advance(fixture().settings.republishAfterMs);

      await fixture().start([works(maker, 'requested', [], async function* () {})]);

      await eventually('it is published', async () => (await fixture().published(OrderMade)).length === 1);
      expect((await fixture().published(OrderMade))[0]!.headers).toMatchObject({ traceparent });
    });

    it('S6: work that a poll found links to the trace that it continues, and work that a signal found does not', async () => {
      const traceparent = newTraceparent();
      const far = fixture().in(3_600_000);
      await fixture().insert('by a poll', { traceparent });
      await fixture().insert('by a signal', { traceparent, nextAt: far });
      await fixture().start([
        works(maker, 'requested', [OrderMade], async function* (order) {
          yield order.to('made');
        }),
      ]);
      await fixture().until('by a poll', 'made');

      await fixture().publish(OrderMade, '{"orderId":"by a signal"}');

      const spanOn = (id: string) =>
        eventually(`the span of ${id}`, () => ended.find(({ attributes }) => attributes['batchmill.record'] === id));
      const byPoll = await spanOn('by a poll');
      const bySignal = await spanOn('by a signal');
      const [traceId, spanId] = partsOf(traceparent);
      expect(byPoll.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([[traceId, spanId]]);
      expect(bySignal.links).toEqual([]);
      expect([byPoll, bySignal].map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    });

    it('S6: a record without a trace begins one', async () => {
      await fixture().insert('order');

      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }));
        }),
      ]);

      const span = await spanOf('maker works');
      expect(span.parentSpanContext).toBeUndefined();
      const [message] = await fixture().published(OrderMade);
      expect(partsOf(message!.headers['traceparent']!)).toEqual([
        span.spanContext().traceId,
        span.spanContext().spanId,
      ]);
    });

    it('S6: no span stays open across a wait, and a span of failed work has the code of the error', async () => {
      const traceparent = newTraceparent();
      await fixture().insert('order', { traceparent });
      let calls = 0;
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          calls += 1;
          if (calls === 1) yield order.wait(fixture().in(1_000));
          else throw new ProcessingError('provider.unexpected-response', 'words of a user');
        }),
      ]);
      await spanOf('maker works');

      const [waited, failed] = await fixture().advanceUntil(
        'it failed',
        () => {
          const works = ended.filter(({ name }) => name === 'maker works');
          return works.length > 1 && works;
        },
        100,
      );

      expect(waited!.spanContext().traceId).toBe(failed!.spanContext().traceId);
      expect(failed!.attributes).toMatchObject({ 'error.type': 'provider.unexpected-response' });
      expect(JSON.stringify([failed!.status, failed!.attributes, failed!.events])).not.toContain('words of a user');
    });
  });
}

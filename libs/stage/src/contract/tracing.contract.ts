import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessingError } from '@batchmill/contracts';
import { newTraceparent, startTracing, traceparentOf } from '@batchmill/telemetry';
import { eventually } from '@batchmill/testing';
import { ThingAsked, ThingMade, ThingShipped } from './things.contract.js';
import { consumes, eachWithWorkshop, works, type MakeStageUnderTest } from './workshop.contract.js';

type Processor = NonNullable<NonNullable<Parameters<typeof startTracing>[0]>['processors']>[number];
type Span = Parameters<Processor['onEnd']>[0];

const maker = { name: 'maker', produces: [ThingMade] };
const shipper = { name: 'shipper', produces: [ThingShipped] };

export function describeTracing(make: MakeStageUnderTest): void {
  describe('traces', () => {
    const workshop = eachWithWorkshop(make);
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

    it('S6: the work continues the trace that its record carries, and its facts carry it on', async () => {
      const traceparent = newTraceparent();
      const [traceId, spanId] = partsOf(traceparent);
      await workshop().insert('thing', { traceparent });

      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
        }),
      ]);

      const span = await spanOf('maker works');
      expect(span.spanContext().traceId).toBe(traceId);
      expect(span.parentSpanContext?.spanId).toBe(spanId);
      expect(span.attributes).toMatchObject({ 'batchmill.stage': 'maker', 'batchmill.record': 'thing' });
      const [message] = await workshop().said(ThingMade);
      expect(partsOf(message!.headers['traceparent']!)).toEqual([traceId, span.spanContext().spanId]);
    });

    it('S6: what is logged of a failure is logged in the trace of its record', async () => {
      const traceparent = newTraceparent();
      const { log } = workshop();
      const told: (string | null)[] = [];
      for (const level of ['warn', 'error'] as const) {
        const say = log[level].bind(log);
        log[level] = (message, fields) => {
          told.push(traceparentOf());
          say(message, fields);
        };
      }
      await workshop().insert('thing', { traceparent });

      await workshop().start(
        [
          works(maker, 'requested', [], async function* () {
            throw new ProcessingError('provider.unexpected-response', 'broken');
          }),
        ],
        workshop().needs({}, { maxAttempts: 1 }),
      );

      await eventually('it is parked', async () => (await workshop().thing('thing')).parked);
      await eventually('it is told', () => told.length === 1);
      expect(told.map((said) => partsOf(said ?? '')[0])).toEqual([partsOf(traceparent)[0]]);
    });

    it('S6: input that is recorded goes on in the trace of its message, through every stage', async () => {
      const traceparent = newTraceparent();
      const [traceId] = partsOf(traceparent);
      const { things } = workshop();
      await workshop().start([
        consumes<ThingAsked>(maker, ThingAsked, async function* ({ thingId }) {
          yield things.insert(things.new(thingId ?? 'none', 'requested', traceparentOf()));
        }),
        works(maker, 'requested', [ThingAsked], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
        }),
        works(shipper, 'made', [ThingMade], async function* (thing) {
          yield thing.to('shipped', new ThingShipped({ thingId: thing.id }));
        }),
      ]);

      await workshop().say(ThingAsked, '{"thingId":"thing","size":1}', { traceparent });

      const spans = await Promise.all(
        ['maker thing.asked', 'maker works', 'shipper thing.made', 'shipper works'].map(spanOf),
      );
      expect(spans.map((span) => span.spanContext().traceId)).toEqual([traceId, traceId, traceId, traceId]);
      const [message] = await workshop().said(ThingShipped);
      expect(partsOf(message!.headers['traceparent']!)[0]).toBe(traceId);
    });

    it('S6: a fact that is said again carries the trace of the work that made it', async () => {
      const traceparent = newTraceparent();
      const data = JSON.stringify({ thingId: 'thing' });
      const about = { topic: 'batchmill.thing.made', type: 'batchmill.thing.made.v1', key: 'thing', data };
      const outbox = [{ id: 'fact', at: workshop().clock.now(), traceparent, ...about }];
      await workshop().insert('thing', { state: 'made', outbox });
      workshop().clock.advance(workshop().settings.republishAfterMs);

      await workshop().start([works(maker, 'requested', [], async function* () {})]);

      await eventually('it is said', async () => (await workshop().said(ThingMade)).length === 1);
      expect((await workshop().said(ThingMade))[0]!.headers).toMatchObject({ traceparent });
    });

    it('S6: what a clock woke links to what it continues, what a message woke has no need to', async () => {
      const traceparent = newTraceparent();
      const far = workshop().in(3_600_000);
      await workshop().insert('by the clock', { traceparent });
      await workshop().insert('by a message', { traceparent, nextAt: far });
      await workshop().start([
        works(maker, 'requested', [ThingMade], async function* (thing) {
          yield thing.to('made');
        }),
      ]);
      await workshop().until('by the clock', 'made');

      await workshop().say(ThingMade, '{"thingId":"by a message"}');

      const spanOn = (id: string) =>
        eventually(`the span of ${id}`, () => ended.find(({ attributes }) => attributes['batchmill.record'] === id));
      const byClock = await spanOn('by the clock');
      const byMessage = await spanOn('by a message');
      const [traceId, spanId] = partsOf(traceparent);
      expect(byClock.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([[traceId, spanId]]);
      expect(byMessage.links).toEqual([]);
      expect([byClock, byMessage].map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    });

    it('S6: a record without a trace begins one', async () => {
      await workshop().insert('thing');

      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
        }),
      ]);

      const span = await spanOf('maker works');
      expect(span.parentSpanContext).toBeUndefined();
      const [message] = await workshop().said(ThingMade);
      expect(partsOf(message!.headers['traceparent']!)).toEqual([
        span.spanContext().traceId,
        span.spanContext().spanId,
      ]);
    });

    it('S6: no span stays open across a wait, and a failure is seen on its span by its code', async () => {
      const traceparent = newTraceparent();
      await workshop().insert('thing', { traceparent });
      let calls = 0;
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          calls += 1;
          if (calls === 1) yield thing.wait(workshop().in(1_000));
          else throw new ProcessingError('provider.unexpected-response', 'words of a user');
        }),
      ]);
      await spanOf('maker works');

      const [waited, failed] = await workshop().inTime(
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

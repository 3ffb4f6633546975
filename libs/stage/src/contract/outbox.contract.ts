import { describe, expect, it } from '@jest/globals';
import { envelopeOf, headersOf, topicOf, type EventEnvelope } from '@batchmill/contracts';
import { eventually, testEngineSettings } from '@batchmill/testing';
import { OutboxRelay } from '../outbox-relay.js';
import { FaultyBus } from './faulty-bus.contract.js';
import { OrderMade, OrderShipped } from './orders.contract.js';
import { eachWithFixture, works, type MakeStageUnderTest } from './fixture.contract.js';

const maker = { name: 'maker', produces: [OrderMade] };
const shipper = { name: 'shipper', produces: [OrderShipped] };

export function describeOutbox(make: MakeStageUnderTest): void {
  describe('interleaving 11: the outbox', () => {
    const fixture = eachWithFixture(make);
    const made = (id = 'event'): EventEnvelope =>
      envelopeOf(new OrderMade({ orderId: 'order' }), { id, at: fixture().clock.now(), traceparent: null });
    const relay = (dependencies = fixture().dependencies()) =>
      new OutboxRelay([maker], [fixture().orders], dependencies);
    const advanceToRepublish = () => fixture().clock.advance(fixture().settings.republishAfterMs);

    it('after a crash between a transition and its event, the next host publishes the event', async () => {
      const envelope = made();
      await fixture().insert('order', { state: 'made', outbox: [envelope] });
      advanceToRepublish();

      await fixture().start([works(maker, 'requested', [], async function* () {})]);

      await eventually('it is published', async () => (await fixture().order('order')).outbox.length === 0);
      const [message] = await fixture().published(OrderMade);
      expect(message).toMatchObject({
        key: 'order',
        headers: headersOf(envelope, '/fixture', testEngineSettings.installation),
      });
      expect(String(message!.value)).toBe(envelope.data);
    });

    it('after a crash between an event and its mark, the event is published twice under one id, and the work is done once', async () => {
      const envelope = made();
      await fixture().insert('order', { state: 'made', outbox: [envelope] });
      const { topic, key, data: value } = envelope;
      await fixture().bus.publish([
        { topic, key, value, headers: headersOf(envelope, '/fixture', testEngineSettings.installation) },
      ]);
      advanceToRepublish();
      let worked = 0;

      await fixture().start([
        works(maker, 'requested', [], async function* () {}),
        works(shipper, 'made', [OrderMade], async function* (order) {
          worked += 1;
          yield order.to('shipped', new OrderShipped({ orderId: order.id }));
        }),
      ]);

      await eventually('every event is published', async () => {
        const { state, outbox } = await fixture().order('order');
        return state === 'shipped' && outbox.length === 0;
      });
      expect((await fixture().published(OrderMade)).map(({ headers }) => headers['ce_id'])).toEqual(['event', 'event']);
      expect(await fixture().published(OrderShipped)).toHaveLength(1);
      expect(worked).toBe(1);
    });

    it('an event is published while the next stage works on the record, and its work stands', async () => {
      await fixture().insert('order', { state: 'made', outbox: [made()] });
      advanceToRepublish();
      const holder = await fixture().orders.take({ state: 'made', owner: 'the next stage', leaseMs: 30_000 });

      await relay().sweep();

      expect((await fixture().order('order')).outbox).toEqual([]);
      expect(await fixture().orders.writes.save(holder!, { progress: 7 })).toBe(true);
    });

    it('the events of a parked record and of one that has ended are published', async () => {
      await fixture().insert('parked', { parked: true, outbox: [made('one')] });
      await fixture().insert('ended', { state: 'shipped', outbox: [made('two')] });
      advanceToRepublish();

      await relay().sweep();

      expect((await fixture().published(OrderMade)).map(({ headers }) => headers['ce_id']).sort()).toEqual([
        'one',
        'two',
      ]);
    });

    it('only the stage that produces an event republishes it', async () => {
      await fixture().insert('order', { state: 'made', outbox: [made()] });
      advanceToRepublish();

      await new OutboxRelay([shipper], [fixture().orders], fixture().dependencies()).sweep();

      expect(await fixture().published(OrderMade)).toEqual([]);
      expect((await fixture().order('order')).outbox).toHaveLength(1);
    });

    it('an event that may be being published now is not republished until it is old enough', async () => {
      await fixture().insert('order', { state: 'made', outbox: [made()] });
      const ownRelay = relay();

      fixture().clock.advance(fixture().settings.republishAfterMs - 1);
      await ownRelay.sweep();
      expect(await fixture().published(OrderMade)).toEqual([]);

      fixture().clock.advance(1);
      await ownRelay.sweep();
      expect(await fixture().published(OrderMade)).toHaveLength(1);
    });

    it('later sweeps find new events in outboxes, even from a machine whose clock is minutes behind', async () => {
      const ownRelay = relay();
      fixture().clock.advance(24 * 3_600_000);
      await ownRelay.sweep();
      const behind = fixture().in(-5 * 60_000);
      await fixture().insert('order', { state: 'made', updatedAt: behind, outbox: [{ ...made(), at: behind }] });

      await ownRelay.sweep();

      expect(await fixture().published(OrderMade)).toHaveLength(1);
    });

    it('an event that could not be published stays in the outbox, and is published after the outage', async () => {
      const bus = new FaultyBus(fixture().bus);
      bus.isUnavailable = true;
      await fixture().insert('order');
      await fixture().start(
        [
          works(maker, 'requested', [], async function* (order) {
            yield order.to('made', new OrderMade({ orderId: order.id }));
          }),
        ],
        fixture().dependencies({ bus }),
      );
      const [unpublished] = (await fixture().until('order', 'made')).outbox;
      expect(unpublished).toMatchObject({ topic: topicOf(OrderMade), key: 'order' });
      bus.isUnavailable = false;

      await fixture().advanceUntil(
        'it is published',
        async () => (await fixture().order('order')).outbox.length === 0,
        1_000,
      );

      const messages = await fixture().published(OrderMade);
      expect(messages.map(({ headers }) => headers['ce_id'])).toEqual([unpublished!.id]);
    });

    it('during an outage of the bus the process is not ready, and no event is lost', async () => {
      const bus = new FaultyBus(fixture().bus);
      bus.isUnavailable = true;
      const dependencies = fixture().dependencies({ bus });
      await fixture().insert('order', { state: 'made', outbox: [made()] });
      advanceToRepublish();

      await fixture().start([works(maker, 'requested', [], async function* () {})], dependencies);
      await eventually('it is not ready', () => !dependencies.readiness.isReady);
      expect(dependencies.readiness.outages).toMatchObject([{ message: 'the bus is unavailable' }]);
      expect((await fixture().order('order')).outbox).toHaveLength(1);
      bus.isUnavailable = false;

      await fixture().advanceUntil('it is ready', () => dependencies.readiness.isReady, 1_000);
      expect((await fixture().published(OrderMade)).map(({ topic }) => topic)).toEqual([topicOf(OrderMade)]);
      expect((await fixture().order('order')).outbox).toEqual([]);
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import { FaultyBus } from './faulty-bus.contract.js';
import { OrderRequested, OrderMade, OrderShipped, Orders, type OrderState } from './orders.contract.js';
import { consumes, eachWithFixture, works, type MakeStageUnderTest, type Fixture } from './fixture.contract.js';

const maker = { name: 'maker', produces: [OrderMade] };
const shipper = { name: 'shipper', produces: [OrderShipped] };
const farMs = 24 * 3_600_000;

export function describeSignals(make: MakeStageUnderTest): void {
  describe('signals', () => {
    const fixture = eachWithFixture(make);
    const signal = (orderId: string) => fixture().publish(OrderMade, JSON.stringify({ orderId }));

    it('interleaving 4: when every message is delivered twice, everything is done once', async () => {
      const bus = new FaultyBus(fixture().bus);
      bus.deliveries = 2;
      const worked: string[] = [];
      await fixture().start(bothStages(fixture(), worked), fixture().dependencies({ bus }));

      for (const orderId of ['one', 'two', 'three'])
        await fixture().publish(OrderRequested, JSON.stringify({ orderId, size: 1 }));

      for (const id of ['one', 'two', 'three']) await fixture().until(id, 'shipped');
      expect(worked.sort()).toEqual([
        'made one',
        'made three',
        'made two',
        'shipped one',
        'shipped three',
        'shipped two',
      ]);
      expect(await fixture().published(OrderShipped)).toHaveLength(3);
    });

    it('interleaving 4: when no message is delivered, polls find the work of every stage', async () => {
      const bus = new FaultyBus(fixture().bus);
      bus.deliveries = 0;
      await fixture().start(bothStages(fixture(), []), fixture().dependencies({ bus }));
      await fixture().insert('order');

      await fixture().advanceUntil(
        'it is shipped',
        async () => (await fixture().order('order')).state === 'shipped',
        1_000,
      );
    });

    it('an event signals its record, which is taken before its time', async () => {
      await fixture().insert('order', { state: 'made', nextAt: fixture().in(farMs) });
      await fixture().start(bothStages(fixture(), []));

      await signal('order');

      await fixture().until('order', 'shipped');
    });

    it('a record that a stage records itself is worked on at once, and not before its time when its message is redelivered', async () => {
      let arrived = 0;
      await fixture().start([
        consumes<OrderRequested>(maker, OrderRequested, async function* ({ orderId }, { id }) {
          yield fixture().orders.insert(fixture().orders.new(orderId ?? id, 'requested'));
          arrived += 1;
        }),
        works(maker, 'requested', [], async function* (order) {
          yield order.with({ progress: order.data.progress + 1 }).wait(fixture().in(farMs));
        }),
      ]);
      const request = () => fixture().publish(OrderRequested, '{"orderId":"order","size":1}');

      await request(); // the clock does not move, so no poll finds it
      await eventually('it is worked on', async () => (await fixture().orders.get('order'))?.progress === 1);
      await request();

      await eventually('it is redelivered', () => arrived === 2);
      await fixture().insert('next');
      await fixture().advanceUntil('a poll ran', async () => (await fixture().order('next')).progress === 1, 100);
      expect(await fixture().order('order')).toMatchObject({ progress: 1 });
    });

    it('a record that backs off is not taken before its time, not even by a signal', async () => {
      await fixture().insert('backing off', { state: 'made', backoffUntil: fixture().in(3_000) });
      await fixture().insert('waiting', { state: 'made', nextAt: fixture().in(farMs) });
      const bus = new FaultyBus(fixture().bus);
      let arrived = 0;
      bus.beforeCommit = async () => void (arrived += 1);
      await fixture().start(bothStages(fixture(), []), fixture().dependencies({ bus }));

      await signal('backing off');
      await eventually('the signal arrived', () => arrived === 1);
      await signal('waiting');

      await fixture().until('waiting', 'shipped'); // signals are handled in the order of their arrival
      expect(await fixture().order('backing off')).toMatchObject({ state: 'made', fence: 0 });
      await fixture().advanceUntil(
        'it is shipped',
        async () => (await fixture().order('backing off')).state === 'shipped',
        100,
      );
      expect(fixture().clock.now().getTime()).toBeGreaterThanOrEqual(
        (await fixture().order('backing off')).createdAt.getTime() + 3_000,
      );
    });

    it('a signal that arrives while the record is leased makes it due at once', async () => {
      const { promise: resume, resolve } = Promise.withResolvers<undefined>();
      await fixture().insert('order', { state: 'made' });
      await fixture().start([
        works(shipper, 'made', [OrderMade], async function* (order) {
          if (order.data.progress === 1) {
            yield order.to('shipped');
            return;
          }
          await resume;
          yield order.with({ progress: 1 }).wait(fixture().in(farMs));
        }),
      ]);
      await eventually('it is worked on', async () => (await fixture().order('order')).fence === 1);

      await signal('order');
      await eventually('the signal is noted', async () => (await fixture().order('order')).signals === 1);
      resolve(undefined);

      await fixture().until('order', 'shipped');
    });

    it('a signal that arrives just when the lease ends is not lost', async () => {
      const orders = new FaultyOrders(fixture().store, fixture().clock);
      await fixture().insert('order', { state: 'made' });
      const holder = await fixture().orders.take({ state: 'made', owner: 'another host', leaseMs: 30_000 });
      orders.beforeNoting = async () => {
        expect(await fixture().orders.writes.wait(holder!, {}, fixture().in(farMs))).toBe(true);
      };
      await fixture().start(bothStages(fixture(), []), fixture().dependencies({ records: [orders] }));

      await signal('order');

      await fixture().until('order', 'shipped');
    });

    it('a signal that could not be handled during an outage of the store is handled after it', async () => {
      const orders = new FaultyOrders(fixture().store, fixture().clock);
      await fixture().insert('order', { state: 'made', nextAt: fixture().in(farMs) });
      const dependencies = fixture().dependencies({ records: [orders] });
      await fixture().start(bothStages(fixture(), []), dependencies);
      orders.isUnavailable = true;

      await signal('order');
      await eventually('the outage is reported', () => !dependencies.readiness.isReady);
      orders.isUnavailable = false;

      await fixture().advanceUntil(
        'it is shipped',
        async () => (await fixture().order('order')).state === 'shipped',
        1_000,
      );
      await fixture().advanceUntil('the host is ready', () => dependencies.readiness.isReady, 1_000);
    });

    it('a signal for a record that does not exist holds up no other', async () => {
      await fixture().insert('order', { state: 'made', nextAt: fixture().in(farMs) });
      await fixture().start(bothStages(fixture(), []));

      await signal('nowhere');
      await signal('order');

      await fixture().until('order', 'shipped');
    });
  });
}

/** Both stages: an order is recorded, made and shipped. `worked` lists each piece of work. */
function bothStages(fixture: Fixture, worked: string[]): Parameters<Fixture['start']>[0] {
  const { orders } = fixture;
  return [
    consumes<OrderRequested>(maker, OrderRequested, async function* ({ orderId }, { id }) {
      yield orders.insert(orders.new(orderId ?? id, 'requested'));
    }),
    works(maker, 'requested', [OrderRequested], async function* (order) {
      worked.push(`made ${order.id}`);
      yield order.to('made', new OrderMade({ orderId: order.id }));
    }),
    works(shipper, 'made', [OrderMade], async function* (order) {
      worked.push(`shipped ${order.id}`);
      yield order.to('shipped', new OrderShipped({ orderId: order.id }));
    }),
  ];
}

/** Records whose store can be unavailable, or in which something happens just before a signal is noted. */
class FaultyOrders extends Orders {
  isUnavailable = false;
  beforeNoting: () => Promise<void> = async () => undefined;

  override async take(taking: Parameters<Orders['take']>[0]): ReturnType<Orders['take']> {
    if (this.isUnavailable) throw new ConnectionError('store.unavailable', 'the store is unavailable');
    return super.take(taking);
  }

  override async noteSignal(id: string, state: OrderState): Promise<boolean> {
    const before = this.beforeNoting;
    this.beforeNoting = async () => undefined;
    await before();
    return super.noteSignal(id, state);
  }
}

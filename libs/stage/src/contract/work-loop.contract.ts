import { describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import { FaultyBus } from './faulty-bus.contract.js';
import { OrderMade, OrderRequested, OrderShipped } from './orders.contract.js';
import { eachWithFixture, works, type MakeStageUnderTest } from './fixture.contract.js';

const maker = { name: 'maker', produces: [OrderMade, OrderShipped] };

export function describeWorkLoop(make: MakeStageUnderTest): void {
  describe('the work loop', () => {
    const fixture = eachWithFixture(make);

    it('a transition is written, published and marked as published before the generator continues', async () => {
      const { promise: seen, resolve } = Promise.withResolvers<unknown>();
      await fixture().insert('order');

      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }));
          resolve({ stored: await fixture().order(order.id), messages: (await fixture().published(OrderMade)).length });
        }),
      ]);

      expect(await seen).toMatchObject({ stored: { state: 'made', outbox: [], lease: { owner: null } }, messages: 1 });
    });

    it('R7: work does not wait for a subscription, which Kafka delays after a process was killed', async () => {
      const subscribing = Promise.withResolvers<undefined>();
      const bus = new FaultyBus(fixture().bus);
      bus.beforeSubscribing = () => subscribing.promise;
      await fixture().insert('order');

      const starting = fixture().start(
        [
          works(maker, 'requested', [OrderRequested], async function* (order) {
            yield order.to('made', new OrderMade({ orderId: order.id }));
          }),
        ],
        fixture().dependencies({ bus }),
      );

      await fixture().until('order', 'made');
      subscribing.resolve(undefined);
      await starting;
    });

    it('a host that cannot subscribe does not start, and ends the work that it has begun', async () => {
      const bus = new FaultyBus(fixture().bus);
      bus.beforeSubscribing = () => Promise.reject(new ConnectionError('bus.unavailable', 'no such server'));

      const starting = fixture().start(
        [
          works(maker, 'requested', [OrderRequested], async function* (order) {
            yield order.to('made', new OrderMade({ orderId: order.id }));
          }),
        ],
        fixture().dependencies({ bus }),
      );

      await expect(starting).rejects.toMatchObject({ code: 'bus.unavailable' });
      expect(fixture().clock.sleepers).toBe(0); // its loops have ended, which otherwise sleep until the next poll
    });

    it('an event that the stage did not declare is an error, and nothing is written', async () => {
      await fixture().insert('order');

      await fixture().start([
        works({ ...maker, produces: [OrderMade] }, 'requested', [], async function* (order) {
          yield order.with({ progress: 1 }).to('shipped', new OrderShipped({ orderId: order.id }));
        }),
      ]);

      const order = await eventually('it failed', async () => {
        const found = await fixture().order('order');
        return found.attempts > 0 && found;
      });
      expect(order).toMatchObject({
        state: 'requested',
        progress: 0,
        outbox: [],
        error: { kind: 'ProcessingError', code: 'stage.undeclared-event' },
      });
      expect(await fixture().published(OrderShipped)).toEqual([]);
    });

    it('the events of one transition are published in their order, each under an id of its own', async () => {
      await fixture().insert('order');

      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }), new OrderMade({ orderId: `${order.id}-lid` }));
        }),
      ]);

      await eventually('both are published', async () => {
        const { state, outbox } = await fixture().order('order');
        return state === 'made' && outbox.length === 0;
      });
      const messages = await fixture().published(OrderMade);
      expect(messages.map(({ value }) => JSON.parse(String(value)) as unknown)).toEqual(
        expect.arrayContaining([{ orderId: 'order' }, { orderId: 'order-lid' }]),
      );
      expect(new Set(messages.map(({ headers }) => headers['ce_id'])).size).toBe(2);
      expect(messages[0]).toMatchObject({
        key: expect.stringMatching(/^order/),
        headers: {
          ce_specversion: '1.0',
          ce_type: 'batchmill.order.made.v1',
          ce_source: '/fixture',
          ce_time: fixture().clock.now().toISOString(),
          'content-type': 'application/json',
        },
      });
    });

    it('no more records are worked on at once than the settings allow, and all are worked on in the end', async () => {
      for (let number = 0; number < 7; number += 1) await fixture().insert(`order-${number}`);
      const waiting: (() => void)[] = [];
      let most = 0;

      await fixture().start(
        [
          works(maker, 'requested', [], async function* (order) {
            const { promise, resolve } = Promise.withResolvers<undefined>();
            waiting.push(() => resolve(undefined));
            most = Math.max(most, waiting.length);
            await promise;
            yield order.to('made');
          }),
        ],
        fixture().dependencies({}, { concurrency: 3 }),
      );
      await eventually('three work at once', () => waiting.length === 3);

      await eventually('all are made', async () => {
        waiting.shift()?.();
        return (await fixture().orders.countIn('made')) === 7;
      });
      expect(most).toBe(3);
    });

    it('S5: two hosts share the records, and none is worked on twice', async () => {
      for (let number = 0; number < 40; number += 1) await fixture().insert(`order-${number}`);
      const worked: string[] = [];
      const by = (owner: string) =>
        fixture().start(
          [
            works(maker, 'requested', [], async function* (order) {
              worked.push(order.id);
              yield order.to('made', new OrderMade({ orderId: order.id }));
            }),
          ],
          fixture().dependencies({}, { owner }),
        );

      await Promise.all([by('one'), by('other')]);

      await eventually('all are made', async () => (await fixture().orders.countIn('made')) === 40);
      expect(worked).toHaveLength(40);
      expect(new Set(worked).size).toBe(40);
    });

    it('work that returns without ending its lease is an error', async () => {
      await fixture().insert('order');

      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          await order.save({ progress: 1 });
        }),
      ]);

      const { error, attempts } = await eventually('it failed', async () => {
        const order = await fixture().order('order');
        return order.attempts > 0 && order;
      });
      expect({ error, attempts }).toMatchObject({ error: { code: 'stage.lease-not-ended' }, attempts: 1 });
    });

    it('a record that waits is taken when it is due, before the next poll', async () => {
      await fixture().insert('order');
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          if (order.data.progress === 1) yield order.to('made');
          else yield order.with({ progress: 1 }).wait(fixture().in(500));
        }),
      ]);
      await eventually('it waits', async () => {
        const { progress, lease } = await fixture().order('order');
        return progress === 1 && lease.owner === null;
      });
      const startedMs = fixture().clock.now().getTime();

      await fixture().advanceUntil('it is made', async () => (await fixture().order('order')).state === 'made');

      const waited = fixture().clock.now().getTime() - startedMs;
      expect(waited).toBeGreaterThanOrEqual(500);
      expect(waited).toBeLessThan(fixture().settings.pollMs);
    });

    it('a record that waits is taken when it is due, though other signals arrived meanwhile', async () => {
      await fixture().insert('first');
      await fixture().start([
        works(maker, 'requested', [OrderMade], async function* (order) {
          if (order.id !== 'first' || order.data.progress === 1) yield order.to('made');
          else yield order.with({ progress: 1 }).wait(fixture().in(500));
        }),
      ]);
      await eventually('it waits', async () => {
        const { progress, lease } = await fixture().order('first');
        return progress === 1 && lease.owner === null;
      });
      for (const id of ['second', 'third']) {
        await fixture().insert(id);
        await fixture().publish(OrderMade, JSON.stringify({ orderId: id }));
        await fixture().until(id, 'made');
      }

      fixture().clock.advance(500);

      await fixture().until('first', 'made');
    });
  });
}

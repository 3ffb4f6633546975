import { describe, expect, it } from '@jest/globals';
import { ManualClock, eventually } from '@batchmill/testing';
import { OrderMade, Orders } from './orders.contract.js';
import { eachWithFixture, works, type MakeStageUnderTest } from './fixture.contract.js';

const maker = { name: 'maker', produces: [OrderMade] };

export function describeLeases(make: MakeStageUnderTest): void {
  describe('leases', () => {
    const fixture = eachWithFixture(make);
    const gate = () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      return { opened: promise, open: () => resolve(undefined) };
    };
    /** The records as a machine sees them whose clock is ahead of every lease. */
    const elsewhere = () => new Orders(fixture().store, new ManualClock(fixture().in(10 * 60_000)));
    const takeOver = async () => {
      const taken = await elsewhere().take({ state: 'requested', owner: 'elsewhere', leaseMs: 3_600_000 });
      if (taken === null) throw new Error('it cannot be taken over');
    };
    const lossIsLogged = () => fixture().log.lines.some(({ message }) => message.startsWith('the lease was lost'));

    it('R7: a holder that lost its lease writes and publishes nothing, and the new holder keeps the record', async () => {
      const { opened, open } = gate();
      await fixture().insert('order');
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          await opened;
          yield order.to('made', new OrderMade({ orderId: order.id }));
        }),
      ]);
      await eventually('it is held', async () => (await fixture().order('order')).fence === 1);
      await takeOver();
      const before = await fixture().order('order');

      open();

      await eventually('the loss is logged', lossIsLogged);
      expect(await fixture().order('order')).toEqual(before);
      expect(before).toMatchObject({ fence: 2, lease: { owner: 'elsewhere' } });
      expect(await fixture().published(OrderMade)).toEqual([]);
    });

    it('R7: a checkpoint stops the work of a holder that lost its lease', async () => {
      const { opened, open } = gate();
      let hasContinued = false;
      await fixture().insert('order');
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          await opened;
          await order.checkpoint({ progress: 1 });
          hasContinued = true;
          yield order.to('made');
        }),
      ]);
      await eventually('it is held', async () => (await fixture().order('order')).fence === 1);
      await takeOver();

      open();

      await eventually('the loss is logged', lossIsLogged);
      expect(hasContinued).toBe(false);
      expect(await fixture().order('order')).toMatchObject({ progress: 0, lease: { owner: 'elsewhere' } });
    });

    it('the next renewal interrupts work whose lease was lost', async () => {
      const stopped = gate();
      await fixture().insert('order');
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          order.stopping.addEventListener('abort', stopped.open);
          await stopped.opened;
          order.throwIfStopping();
          yield order.to('made');
        }),
      ]);
      await eventually('it is held', async () => (await fixture().order('order')).fence === 1);
      await takeOver();
      let isInterrupted = false;
      void stopped.opened.then(() => (isInterrupted = true));

      await fixture().advanceUntil('the work is interrupted', () => isInterrupted, 1_000);

      expect(await fixture().order('order')).toMatchObject({
        state: 'requested',
        lease: { owner: 'elsewhere' },
        fence: 2,
      });
    });

    it('the lease of long work is renewed, and no other process takes the record meanwhile', async () => {
      const { opened, open } = gate();
      const { leaseMs } = fixture().settings;
      await fixture().insert('order');
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          await opened;
          yield order.to('made');
        }),
      ]);
      const held = await eventually('it is held', async () => {
        const order = await fixture().order('order');
        return order.fence === 1 && order;
      });

      for (let third = 1; third <= 6; third += 1) {
        fixture().clock.advance(leaseMs / 3);
        const until = held.lease.until.getTime() + (third * leaseMs) / 3;
        await eventually('it is renewed', async () => (await fixture().order('order')).lease.until.getTime() === until);
        expect(await fixture().orders.take({ state: 'requested', owner: 'other', leaseMs })).toBeNull();
      }
      open();

      expect(await fixture().until('order', 'made')).toMatchObject({ fence: 1 });
    });

    it('S5: a record of a killed process is taken over when its lease has expired', async () => {
      await fixture().insert('order');
      await fixture().orders.take({ state: 'requested', owner: 'killed', leaseMs: 30_000 });
      const startedMs = fixture().clock.now().getTime();
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.to('made');
        }),
      ]);

      await fixture().advanceUntil('it is made', async () => (await fixture().order('order')).state === 'made', 1_000);

      expect(fixture().clock.now().getTime() - startedMs).toBeGreaterThanOrEqual(30_000);
      expect((await fixture().order('order')).fence).toBe(2);
    });
  });

  describe('stopping', () => {
    const fixture = eachWithFixture(make);

    it('work is released at its next checkpoint without an attempt, and the next host continues from there', async () => {
      await fixture().insert('order');
      let reached = 0;
      const first = await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          for (;;) await order.checkpoint({ progress: (reached += 1) });
        }),
      ]);
      await eventually('it has begun', () => reached > 2);

      await first.stop();

      const left = await fixture().order('order');
      expect(left).toMatchObject({ state: 'requested', attempts: 0, lease: { owner: null }, progress: reached });
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.with({ reason: `continued from ${order.data.progress}` }).to('made');
        }),
      ]);
      expect(await fixture().until('order', 'made')).toMatchObject({ reason: `continued from ${reached}` });
    });

    it('work that a signal started before its time is not delayed by a stop', async () => {
      await fixture().insert('order', { nextAt: fixture().in(24 * 3_600_000) });
      let isHeld = false;
      const first = await fixture().start([
        works(maker, 'requested', [OrderMade], async function* (order) {
          isHeld = true;
          for (;;) await order.checkpoint({ progress: 1 });
        }),
      ]);
      await fixture().publish(OrderMade, '{"orderId":"order"}');
      await eventually('it is held', () => isHeld);

      await first.stop();
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          yield order.to('made');
        }),
      ]);

      await fixture().until('order', 'made');
    });

    it('a host that has stopped leaves no timer behind', async () => {
      for (let number = 0; number < 10; number += 1) await fixture().insert(`order-${number}`);
      const host = await fixture().start([
        works(maker, 'requested', [OrderMade], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }));
        }),
      ]);
      await eventually('all are made', async () => (await fixture().orders.countIn('made')) === 10);

      await host.stop();

      await eventually('nothing sleeps', () => fixture().clock.sleepers === 0);
    });

    it('a host keeps one timer for each wait, however many signals arrived', async () => {
      await fixture().start([
        works(maker, 'requested', [OrderMade], async function* (order) {
          yield order.to('made');
        }),
      ]);
      await eventually('it waits', () => fixture().clock.sleepers > 1);
      const { sleepers } = fixture().clock;

      for (let number = 0; number < 10; number += 1) {
        await fixture().insert(`order-${number}`);
        await fixture().publish(OrderMade, `{"orderId":"order-${number}"}`);
        await fixture().until(`order-${number}`, 'made');
      }

      await eventually('there are no more sleepers than before', () => fixture().clock.sleepers === sleepers);
    });

    it('a host that has stopped takes no more records and is not ready', async () => {
      const dependencies = fixture().dependencies();
      const worked: string[] = [];
      const host = await fixture().start(
        [
          works(maker, 'requested', [], async function* (order) {
            worked.push(order.id);
            yield order.to('made');
          }),
        ],
        dependencies,
      );
      expect(dependencies.readiness.isReady).toBe(true);

      await host.stop();
      await fixture().insert('order');
      fixture().clock.advance(10 * fixture().settings.pollMs);
      const other = await fixture().orders.take({ state: 'requested', owner: 'other', leaseMs: 1_000 });

      expect(other).toMatchObject({ _id: 'order', fence: 1 });
      expect(worked).toEqual([]);
      expect(dependencies.readiness.isReady).toBe(false);
    });

    it('work that reaches no checkpoint holds up a stop no longer than the settings allow', async () => {
      await fixture().insert('order');
      let isHeld = false;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const host = await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          isHeld = true;
          await promise;
          yield order.to('made');
        }),
      ]);
      await eventually('it is held', () => isHeld);
      const startedMs = fixture().clock.now().getTime();
      let hasStopped = false;

      const stopping = host.stop().then(() => (hasStopped = true));
      await fixture().advanceUntil('the host has stopped', () => hasStopped, 1_000);

      await stopping;
      expect(fixture().clock.now().getTime() - startedMs).toBeGreaterThanOrEqual(fixture().settings.shutdownMs);
      expect(await fixture().order('order')).toMatchObject({ state: 'requested', fence: 1 });
      resolve(undefined);
      await fixture().until('order', 'made');
    });
  });
}

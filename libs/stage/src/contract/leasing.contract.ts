import { describe, expect, it } from '@jest/globals';
import { ManualClock, eventually } from '@batchmill/testing';
import { ThingMade, Things } from './things.contract.js';
import { eachWithWorkshop, works, type MakeStageUnderTest } from './workshop.contract.js';

const maker = { name: 'maker', produces: [ThingMade] };

export function describeLeasing(make: MakeStageUnderTest): void {
  describe('leases', () => {
    const workshop = eachWithWorkshop(make);
    const gate = () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      return { opened: promise, open: () => resolve(undefined) };
    };
    /** The records as a machine sees them whose clock is past every lease. */
    const elsewhere = () => new Things(workshop().store, new ManualClock(workshop().in(10 * 60_000)));
    const takeOver = async () => {
      const taken = await elsewhere().take({ state: 'requested', owner: 'elsewhere', leaseMs: 3_600_000 });
      if (taken === null) throw new Error('it cannot be taken over');
    };
    const gone = () => workshop().log.lines.some(({ message }) => message.startsWith('lease gone'));

    it('R7: whoever lost the lease moves nothing and says nothing, and lets the new holder be', async () => {
      const { opened, open } = gate();
      await workshop().insert('thing');
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          await opened;
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
        }),
      ]);
      await eventually('it is held', async () => (await workshop().thing('thing')).fence === 1);
      await takeOver();
      const before = await workshop().thing('thing');

      open();

      await eventually('the loss is told', gone);
      expect(await workshop().thing('thing')).toEqual(before);
      expect(before).toMatchObject({ fence: 2, lease: { owner: 'elsewhere' } });
      expect(await workshop().said(ThingMade)).toEqual([]);
    });

    it('R7: a checkpoint of whoever lost the lease stops the work', async () => {
      const { opened, open } = gate();
      let wentOn = false;
      await workshop().insert('thing');
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          await opened;
          await thing.checkpoint({ progress: 1 });
          wentOn = true;
          yield thing.to('made');
        }),
      ]);
      await eventually('it is held', async () => (await workshop().thing('thing')).fence === 1);
      await takeOver();

      open();

      await eventually('the loss is told', gone);
      expect(wentOn).toBe(false);
      expect(await workshop().thing('thing')).toMatchObject({ progress: 0, lease: { owner: 'elsewhere' } });
    });

    it('the next renewal tells the work that its lease is gone', async () => {
      const stopped = gate();
      await workshop().insert('thing');
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          thing.stopping.addEventListener('abort', stopped.open);
          await stopped.opened;
          thing.throwIfStopping();
          yield thing.to('made');
        }),
      ]);
      await eventually('it is held', async () => (await workshop().thing('thing')).fence === 1);
      await takeOver();
      let isTold = false;
      void stopped.opened.then(() => (isTold = true));

      await workshop().inTime('the work is told', () => isTold, 1_000);

      expect(await workshop().thing('thing')).toMatchObject({
        state: 'requested',
        lease: { owner: 'elsewhere' },
        fence: 2,
      });
    });

    it('the lease of long work is renewed, and nobody takes it meanwhile', async () => {
      const { opened, open } = gate();
      const { leaseMs } = workshop().settings;
      await workshop().insert('thing');
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          await opened;
          yield thing.to('made');
        }),
      ]);
      const held = await eventually('it is held', async () => {
        const thing = await workshop().thing('thing');
        return thing.fence === 1 && thing;
      });

      for (let third = 1; third <= 6; third += 1) {
        workshop().clock.advance(leaseMs / 3);
        const until = held.lease.until.getTime() + (third * leaseMs) / 3;
        await eventually(
          'it is renewed',
          async () => (await workshop().thing('thing')).lease.until.getTime() === until,
        );
        expect(await workshop().things.take({ state: 'requested', owner: 'other', leaseMs })).toBeNull();
      }
      open();

      expect(await workshop().until('thing', 'made')).toMatchObject({ fence: 1 });
    });

    it('S5: what a killed process held is taken over when its lease has run out', async () => {
      await workshop().insert('thing');
      await workshop().things.take({ state: 'requested', owner: 'killed', leaseMs: 30_000 });
      const begun = workshop().clock.now().getTime();
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.to('made');
        }),
      ]);

      await workshop().inTime('it is made', async () => (await workshop().thing('thing')).state === 'made', 1_000);

      expect(workshop().clock.now().getTime() - begun).toBeGreaterThanOrEqual(30_000);
      expect((await workshop().thing('thing')).fence).toBe(2);
    });
  });

  describe('stopping', () => {
    const workshop = eachWithWorkshop(make);

    it('the work is given back at its next checkpoint without an attempt, and the next host goes on from there', async () => {
      await workshop().insert('thing');
      let reached = 0;
      const first = await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          for (;;) await thing.checkpoint({ progress: (reached += 1) });
        }),
      ]);
      await eventually('it is on its way', () => reached > 2);

      await first.stop();

      const left = await workshop().thing('thing');
      expect(left).toMatchObject({ state: 'requested', attempts: 0, lease: { owner: null }, progress: reached });
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.with({ reason: `went on from ${thing.data.progress}` }).to('made');
        }),
      ]);
      expect(await workshop().until('thing', 'made')).toMatchObject({ reason: `went on from ${reached}` });
    });

    it('work that a wake took before its time is not put off by a stop', async () => {
      await workshop().insert('thing', { nextAt: workshop().in(24 * 3_600_000) });
      let isHeld = false;
      const first = await workshop().start([
        works(maker, 'requested', [ThingMade], async function* (thing) {
          isHeld = true;
          for (;;) await thing.checkpoint({ progress: 1 });
        }),
      ]);
      await workshop().say(ThingMade, '{"thingId":"thing"}');
      await eventually('it is held', () => isHeld);

      await first.stop();
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.to('made');
        }),
      ]);

      await workshop().until('thing', 'made');
    });

    it('a host that has stopped leaves no timer behind, however much it did', async () => {
      for (let number = 0; number < 10; number += 1) await workshop().insert(`thing-${number}`);
      const host = await workshop().start([
        works(maker, 'requested', [ThingMade], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
        }),
      ]);
      await eventually('all are made', async () => (await workshop().things.countIn('made')) === 10);

      await host.stop();

      await eventually('nobody sleeps', () => workshop().clock.sleepers === 0);
    });

    it('a host at work keeps one timer for each thing that it waits for, however often it was roused', async () => {
      await workshop().start([
        works(maker, 'requested', [ThingMade], async function* (thing) {
          yield thing.to('made');
        }),
      ]);
      await eventually('it waits', () => workshop().clock.sleepers > 1);
      const { sleepers } = workshop().clock;

      for (let number = 0; number < 10; number += 1) {
        await workshop().insert(`thing-${number}`);
        await workshop().say(ThingMade, `{"thingId":"thing-${number}"}`);
        await workshop().until(`thing-${number}`, 'made');
      }

      await eventually('no more sleep than before', () => workshop().clock.sleepers === sleepers);
    });

    it('a host that has stopped takes nothing more and is not ready', async () => {
      const dependencies = workshop().needs();
      const worked: string[] = [];
      const host = await workshop().start(
        [
          works(maker, 'requested', [], async function* (thing) {
            worked.push(thing.id);
            yield thing.to('made');
          }),
        ],
        dependencies,
      );
      expect(dependencies.readiness.isReady).toBe(true);

      await host.stop();
      await workshop().insert('thing');
      workshop().clock.advance(10 * workshop().settings.pollMs);
      const other = await workshop().things.take({ state: 'requested', owner: 'other', leaseMs: 1_000 });

      expect(other).toMatchObject({ _id: 'thing', fence: 1 });
      expect(worked).toEqual([]);
      expect(dependencies.readiness.isReady).toBe(false);
    });

    it('work that reaches no checkpoint holds up a stop no longer than the settings say', async () => {
      await workshop().insert('thing');
      let isHeld = false;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const host = await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          isHeld = true;
          await promise;
          yield thing.to('made');
        }),
      ]);
      await eventually('it is held', () => isHeld);
      const begun = workshop().clock.now().getTime();
      let hasStopped = false;

      const stopping = host.stop().then(() => (hasStopped = true));
      await workshop().inTime('the host has stopped', () => hasStopped, 1_000);

      await stopping;
      expect(workshop().clock.now().getTime() - begun).toBeGreaterThanOrEqual(workshop().settings.shutdownMs);
      expect(await workshop().thing('thing')).toMatchObject({ state: 'requested', fence: 1 });
      resolve(undefined);
      await workshop().until('thing', 'made');
    });
  });
}

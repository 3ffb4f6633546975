import { describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import { BusBetween } from './bus-between.contract.js';
import { ThingAsked, ThingMade, ThingShipped, Things, type ThingState } from './things.contract.js';
import { consumes, eachWithWorkshop, works, type MakeStageUnderTest, type Workshop } from './workshop.contract.js';

const maker = { name: 'maker', produces: [ThingMade] };
const shipper = { name: 'shipper', produces: [ThingShipped] };
const farMs = 24 * 3_600_000;

export function describeWaking(make: MakeStageUnderTest): void {
  describe('waking', () => {
    const workshop = eachWithWorkshop(make);
    const wake = (thingId: string) => workshop().say(ThingMade, JSON.stringify({ thingId }));

    it('interleaving 4: every message delivered twice: everything is done once', async () => {
      const bus = new BusBetween(workshop().bus);
      bus.deliveries = 2;
      const worked: string[] = [];
      await workshop().start(lineOf(workshop(), worked), workshop().needs({ bus }));

      for (const thingId of ['one', 'two', 'three'])
        await workshop().say(ThingAsked, JSON.stringify({ thingId, size: 1 }));

      for (const id of ['one', 'two', 'three']) await workshop().until(id, 'shipped');
      expect(worked.sort()).toEqual([
        'made one',
        'made three',
        'made two',
        'shipped one',
        'shipped three',
        'shipped two',
      ]);
      expect(await workshop().said(ThingShipped)).toHaveLength(3);
    });

    it('interleaving 4: no message ever delivered: the clock finds the work of every stage', async () => {
      const bus = new BusBetween(workshop().bus);
      bus.deliveries = 0;
      await workshop().start(lineOf(workshop(), []), workshop().needs({ bus }));
      await workshop().insert('thing');

      await workshop().inTime(
        'it is shipped',
        async () => (await workshop().thing('thing')).state === 'shipped',
        1_000,
      );
    });

    it('a message names a record to look at now, before its time', async () => {
      await workshop().insert('thing', { state: 'made', nextAt: workshop().in(farMs) });
      await workshop().start(lineOf(workshop(), []));

      await wake('thing');

      await workshop().until('thing', 'shipped');
    });

    it('a record that a stage takes in itself is worked on at once, and not before its time when it is heard of again', async () => {
      let heard = 0;
      await workshop().start([
        consumes<ThingAsked>(maker, ThingAsked, async function* ({ thingId }, { id }) {
          yield workshop().things.insert(workshop().things.new(thingId ?? id, 'requested'));
          heard += 1;
        }),
        works(maker, 'requested', [], async function* (thing) {
          yield thing.with({ progress: thing.data.progress + 1 }).wait(workshop().in(farMs));
        }),
      ]);
      const ask = () => workshop().say(ThingAsked, '{"thingId":"thing","size":1}');

      await ask(); // the clock stands: no look of its own finds it
      await eventually('it is worked on', async () => (await workshop().things.get('thing'))?.progress === 1);
      await ask();

      await eventually('it is heard of again', () => heard === 2);
      await workshop().insert('next');
      await workshop().inTime('the clock looked', async () => (await workshop().thing('next')).progress === 1, 100);
      expect(await workshop().thing('thing')).toMatchObject({ progress: 1 });
    });

    it('a record that backs off is not looked at, whatever names it, before its time', async () => {
      await workshop().insert('backing off', { state: 'made', backoffUntil: workshop().in(3_000) });
      await workshop().insert('waiting', { state: 'made', nextAt: workshop().in(farMs) });
      const bus = new BusBetween(workshop().bus);
      let heard = 0;
      bus.beforeCommit = async () => void (heard += 1);
      await workshop().start(lineOf(workshop(), []), workshop().needs({ bus }));

      await wake('backing off');
      await eventually('the wake is heard', () => heard === 1);
      await wake('waiting');

      await workshop().until('waiting', 'shipped'); // wakes are followed in the order in which they were heard
      expect(await workshop().thing('backing off')).toMatchObject({ state: 'made', fence: 0 });
      await workshop().inTime(
        'it is shipped',
        async () => (await workshop().thing('backing off')).state === 'shipped',
        100,
      );
      expect(workshop().clock.now().getTime()).toBeGreaterThanOrEqual(
        (await workshop().thing('backing off')).createdAt.getTime() + 3_000,
      );
    });

    it('a wake that comes while the record is worked on makes it looked at again at once', async () => {
      const { promise: goOn, resolve } = Promise.withResolvers<undefined>();
      await workshop().insert('thing', { state: 'made' });
      await workshop().start([
        works(shipper, 'made', [ThingMade], async function* (thing) {
          if (thing.data.progress === 1) {
            yield thing.to('shipped');
            return;
          }
          await goOn;
          yield thing.with({ progress: 1 }).wait(workshop().in(farMs));
        }),
      ]);
      await eventually('it is worked on', async () => (await workshop().thing('thing')).fence === 1);

      await wake('thing');
      await eventually('the wake is noted', async () => (await workshop().thing('thing')).signals === 1);
      resolve(undefined);

      await workshop().until('thing', 'shipped');
    });

    it('a wake that comes at the moment when the record is let go is not lost', async () => {
      const things = new LateThings(workshop().store, workshop().clock);
      await workshop().insert('thing', { state: 'made' });
      const holder = await workshop().things.take({ state: 'made', owner: 'another host', leaseMs: 30_000 });
      things.beforeNoting = async () => {
        expect(await workshop().things.writes.wait(holder!, {}, workshop().in(farMs))).toBe(true);
      };
      await workshop().start(lineOf(workshop(), []), workshop().needs({ records: [things] }));

      await wake('thing');

      await workshop().until('thing', 'shipped');
    });

    it('a wake that could not be followed because the store was away is followed when it is back', async () => {
      const things = new LateThings(workshop().store, workshop().clock);
      await workshop().insert('thing', { state: 'made', nextAt: workshop().in(farMs) });
      const dependencies = workshop().needs({ records: [things] });
      await workshop().start(lineOf(workshop(), []), dependencies);
      things.isAway = true;

      await wake('thing');
      await eventually('it is told that the store is away', () => !dependencies.readiness.isReady);
      things.isAway = false;

      await workshop().inTime(
        'it is shipped',
        async () => (await workshop().thing('thing')).state === 'shipped',
        1_000,
      );
      await workshop().inTime('the host is ready', () => dependencies.readiness.isReady, 1_000);
    });

    it('a message that names nothing there is holds up nobody', async () => {
      await workshop().insert('thing', { state: 'made', nextAt: workshop().in(farMs) });
      await workshop().start(lineOf(workshop(), []));

      await wake('nowhere');
      await wake('thing');

      await workshop().until('thing', 'shipped');
    });
  });
}

/** Both stages: what is asked is recorded, made and shipped. `worked` notes each work. */
function lineOf(workshop: Workshop, worked: string[]): Parameters<Workshop['start']>[0] {
  const { things } = workshop;
  return [
    consumes<ThingAsked>(maker, ThingAsked, async function* ({ thingId }, { id }) {
      yield things.insert(things.new(thingId ?? id, 'requested'));
    }),
    works(maker, 'requested', [ThingAsked], async function* (thing) {
      worked.push(`made ${thing.id}`);
      yield thing.to('made', new ThingMade({ thingId: thing.id }));
    }),
    works(shipper, 'made', [ThingMade], async function* (thing) {
      worked.push(`shipped ${thing.id}`);
      yield thing.to('shipped', new ThingShipped({ thingId: thing.id }));
    }),
  ];
}

/** Records of a store that is away on request, or where something happens just before a wake is noted. */
class LateThings extends Things {
  isAway = false;
  beforeNoting: () => Promise<void> = async () => undefined;

  override async take(taking: Parameters<Things['take']>[0]): ReturnType<Things['take']> {
    if (this.isAway) throw new ConnectionError('store.unavailable', 'the store is away');
    return super.take(taking);
  }

  override async noteSignal(id: string, state: ThingState): Promise<boolean> {
    const happens = this.beforeNoting;
    this.beforeNoting = async () => undefined;
    await happens();
    return super.noteSignal(id, state);
  }
}

import { describe, expect, it } from '@jest/globals';
import { envelopeOf, headersOf, topicOf, type EventEnvelope } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import { OutboxRelay } from '../outbox-relay.js';
import { BusBetween } from './bus-between.contract.js';
import { ThingMade, ThingShipped } from './things.contract.js';
import { eachWithWorkshop, works, type MakeStageUnderTest } from './workshop.contract.js';

const maker = { name: 'maker', produces: [ThingMade] };
const shipper = { name: 'shipper', produces: [ThingShipped] };

export function describeSaying(make: MakeStageUnderTest): void {
  describe('interleaving 11: saying facts again', () => {
    const workshop = eachWithWorkshop(make);
    const made = (id = 'fact'): EventEnvelope =>
      envelopeOf(new ThingMade({ thingId: 'thing' }), { id, at: workshop().clock.now(), traceparent: null });
    const sweep = (dependencies = workshop().needs()) => new OutboxRelay([maker], [workshop().things], dependencies);
    const old = () => workshop().clock.advance(workshop().settings.republishAfterMs);

    it('a crash after the move, before the fact: it is said by whoever starts next', async () => {
      const envelope = made();
      await workshop().insert('thing', { state: 'made', outbox: [envelope] });
      old();

      await workshop().start([works(maker, 'requested', [], async function* () {})]);

      await eventually('it is forgotten', async () => (await workshop().thing('thing')).outbox.length === 0);
      const [message] = await workshop().said(ThingMade);
      expect(message).toMatchObject({ key: 'thing', headers: headersOf(envelope, '/workshop') });
      expect(String(message!.value)).toBe(envelope.data);
    });

    it('a crash after the fact, before it was pulled: it is said twice under one id, and the work is done once', async () => {
      const envelope = made();
      await workshop().insert('thing', { state: 'made', outbox: [envelope] });
      const { topic, key, data: value } = envelope;
      await workshop().bus.publish([{ topic, key, value, headers: headersOf(envelope, '/workshop') }]);
      old();
      let worked = 0;

      await workshop().start([
        works(maker, 'requested', [], async function* () {}),
        works(shipper, 'made', [ThingMade], async function* (thing) {
          worked += 1;
          yield thing.to('shipped', new ThingShipped({ thingId: thing.id }));
        }),
      ]);

      await eventually('nothing is unsaid', async () => {
        const { state, outbox } = await workshop().thing('thing');
        return state === 'shipped' && outbox.length === 0;
      });
      expect((await workshop().said(ThingMade)).map(({ headers }) => headers['ce_id'])).toEqual(['fact', 'fact']);
      expect(await workshop().said(ThingShipped)).toHaveLength(1);
      expect(worked).toBe(1);
    });

    it('the next stage already working: the fact is said and pulled under its nose, and its work stands', async () => {
      await workshop().insert('thing', { state: 'made', outbox: [made()] });
      old();
      const holder = await workshop().things.take({ state: 'made', owner: 'the next stage', leaseMs: 30_000 });

      await sweep().once();

      expect((await workshop().thing('thing')).outbox).toEqual([]);
      expect(await workshop().things.writes.save(holder!, { progress: 7 })).toBe(true);
    });

    it('a fact that the record outlived is still said: of a parked record, of one that has ended', async () => {
      await workshop().insert('parked', { parked: true, outbox: [made('one')] });
      await workshop().insert('ended', { state: 'shipped', outbox: [made('two')] });
      old();

      await sweep().once();

      expect((await workshop().said(ThingMade)).map(({ headers }) => headers['ce_id']).sort()).toEqual(['one', 'two']);
    });

    it('only the stage that produces a fact says it again', async () => {
      await workshop().insert('thing', { state: 'made', outbox: [made()] });
      old();

      await new OutboxRelay([shipper], [workshop().things], workshop().needs()).once();

      expect(await workshop().said(ThingMade)).toEqual([]);
      expect((await workshop().thing('thing')).outbox).toHaveLength(1);
    });

    it('a fact that may be on its way is left alone until it is old enough', async () => {
      await workshop().insert('thing', { state: 'made', outbox: [made()] });
      const again = sweep();

      workshop().clock.advance(workshop().settings.republishAfterMs - 1);
      await again.once();
      expect(await workshop().said(ThingMade)).toEqual([]);

      workshop().clock.advance(1);
      await again.once();
      expect(await workshop().said(ThingMade)).toHaveLength(1);
    });

    it('later sweeps find what became unsaid since, also by a clock that is some minutes behind', async () => {
      const again = sweep();
      workshop().clock.advance(24 * 3_600_000);
      await again.once();
      const behind = workshop().in(-5 * 60_000);
      await workshop().insert('thing', { state: 'made', updatedAt: behind, outbox: [{ ...made(), at: behind }] });

      await again.once();

      expect(await workshop().said(ThingMade)).toHaveLength(1);
    });

    it('a fact that could not be said stays true, and is said when the bus is back', async () => {
      const bus = new BusBetween(workshop().bus);
      bus.isAway = true;
      await workshop().insert('thing');
      await workshop().start(
        [
          works(maker, 'requested', [], async function* (thing) {
            yield thing.to('made', new ThingMade({ thingId: thing.id }));
          }),
        ],
        workshop().needs({ bus }),
      );
      const [unpublished] = (await workshop().until('thing', 'made')).outbox;
      expect(unpublished).toMatchObject({ topic: topicOf(ThingMade), key: 'thing' });
      bus.isAway = false;

      await workshop().inTime('it is said', async () => (await workshop().thing('thing')).outbox.length === 0, 1_000);

      const said = await workshop().said(ThingMade);
      expect(said.map(({ headers }) => headers['ce_id'])).toEqual([unpublished!.id]);
    });

    it('while the bus is away the sweep says so in the readiness, and nothing unsaid is forgotten', async () => {
      const bus = new BusBetween(workshop().bus);
      bus.isAway = true;
      const dependencies = workshop().needs({ bus });
      await workshop().insert('thing', { state: 'made', outbox: [made()] });
      old();

      await workshop().start([works(maker, 'requested', [], async function* () {})], dependencies);
      await eventually('it is not ready', () => !dependencies.readiness.isReady);
      expect(dependencies.readiness.outages).toMatchObject([{ message: 'the bus is away' }]);
      expect((await workshop().thing('thing')).outbox).toHaveLength(1);
      bus.isAway = false;

      await workshop().inTime('it is ready', () => dependencies.readiness.isReady, 1_000);
      expect((await workshop().said(ThingMade)).map(({ topic }) => topic)).toEqual([topicOf(ThingMade)]);
      expect((await workshop().thing('thing')).outbox).toEqual([]);
    });
  });
}

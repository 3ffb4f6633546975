import { describe, expect, it } from '@jest/globals';
import { ConnectionError, ProcessingError, ValidationError, topicOf } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import type { Handler } from '../stage-host.js';
import type { Unusable } from '../received.js';
import { BusBetween } from './bus-between.contract.js';
import { ThingAsked, ThingMade, ThingRefused } from './things.contract.js';
import { consumes, eachWithWorkshop, handler, works, type MakeStageUnderTest } from './workshop.contract.js';

const maker = { name: 'maker', produces: [ThingMade, ThingRefused] };

export function describeInput(make: MakeStageUnderTest): void {
  describe('input', () => {
    const workshop = eachWithWorkshop(make);
    const recording = (): Handler =>
      consumes<ThingAsked>(maker, ThingAsked, async function* ({ thingId }, { id }) {
        yield workshop().things.insert(workshop().things.new(thingId ?? id, 'requested'));
      });
    const answering = (): Handler =>
      handler(maker, { kind: 'consumes-unusable', event: ThingAsked }, async (unusable) =>
        refuse(unusable as Unusable),
      );
    async function* refuse({ id, reason }: Unusable) {
      const { things } = workshop();
      yield things.insert({ ...things.new(id, 'refused'), reason }, new ThingRefused({ thingId: id }));
    }
    const ask = (thingId: string) => workshop().say(ThingAsked, JSON.stringify({ thingId, size: 1 }));
    const recorded = (id: string) => eventually(`${id} is recorded`, () => workshop().things.get(id));
    const letter = () => eventually('a dead letter', async () => (await workshop().deadLetters(ThingAsked))[0]);

    it('S4: what is asked by hand, without key or headers and with a newline, is recorded', async () => {
      await workshop().start([recording()]);

      await workshop().say(ThingAsked, '{"thingId":"by hand","size":1}\n');

      expect(await recorded('by hand')).toMatchObject({ state: 'requested', fence: 0 });
    });

    it('S4: a message is recorded once however often it comes, by its own id or by where it stands on the bus', async () => {
      const bus = new BusBetween(workshop().bus);
      bus.deliveries = 3;
      await workshop().start([recording()], workshop().needs({ bus }));

      await workshop().say(ThingAsked, '{"size":1}', { ce_id: 'its own' });
      await workshop().say(ThingAsked, '{"size":2}');
      await workshop().say(ThingAsked, '{"size":3}');

      await recorded('its own');
      await eventually('all are recorded', async () => (await workshop().things.countAll()) >= 3);
      expect(await workshop().things.countAll()).toBe(3);
    });

    it('input is recorded before its message is committed', async () => {
      const bus = new BusBetween(workshop().bus);
      const { promise: committing, resolve } = Promise.withResolvers<unknown>();
      bus.beforeCommit = async () => resolve(await workshop().things.get('thing'));
      await workshop().start([recording()], workshop().needs({ bus }));

      await ask('thing');

      expect(await committing).toMatchObject({ _id: 'thing', state: 'requested' });
    });

    it('input that cannot be recorded because a dependency is away comes again until it can', async () => {
      const dependencies = workshop().needs();
      let tries = 0;
      let isAway = true;
      await workshop().start(
        [
          consumes<ThingAsked>(maker, ThingAsked, async function* () {
            tries += 1;
            if (isAway) throw new ConnectionError('store.unavailable', 'the store is away');
            yield workshop().things.insert(workshop().things.new('thing', 'requested'));
          }),
        ],
        dependencies,
      );

      await ask('thing');
      await eventually('it came often', () => tries > workshop().settings.maxAttempts);
      expect(dependencies.readiness.isReady).toBe(false);
      expect(dependencies.readiness.outages).toMatchObject([{ message: 'the store is away' }]);
      expect(await workshop().deadLetters(ThingAsked)).toEqual([]);
      isAway = false;

      await recorded('thing');
      await eventually('it is ready', () => dependencies.readiness.isReady);
    });

    it.each([
      ['not JSON', 'hello', 'message.not-json', 'not a JSON object'],
      ['not an object', '["hello"]', 'message.not-json', 'not a JSON object'],
      ['not valid', '{"thingId":"bad","size":"many"}', 'message.not-valid', 'size must be an integer'],
    ])(
      'X1: a message that is %s is a dead letter with its code and cause, and the rest flows',
      async (_, value, code, cause) => {
        await workshop().start([recording(), answering()]);

        await workshop().say(ThingAsked, value, { ce_id: 'odd' });
        await ask('good');

        await recorded('good');
        const { headers, value: kept } = await letter();
        expect(String(kept)).toBe(value);
        expect(headers).toMatchObject({
          ce_id: 'odd',
          dlt_code: code,
          dlt_cause: expect.stringContaining(cause),
          dlt_group: 'batchmill.maker',
          dlt_topic: topicOf(ThingAsked),
        });
        expect(await workshop().deadLetters(ThingAsked)).toHaveLength(1);
      },
    );

    it('X1: a message that cannot be used is answered before it is put aside', async () => {
      await workshop().start([recording(), answering()]);

      await workshop().say(ThingAsked, '{"thingId":"bad"}', { ce_id: 'odd' });

      const { headers } = await letter();
      expect((await workshop().thing('odd')).reason).toBe(headers['dlt_cause']);
      expect(await workshop().said(ThingRefused)).toHaveLength(1);
    });

    it('X1: an answer that fails does not hold up the dead letter, nor what comes after it', async () => {
      const failing = handler(maker, { kind: 'consumes-unusable', event: ThingAsked }, async () => {
        throw new Error('no answer to that');
      });
      await workshop().start([recording(), failing]);

      await workshop().say(ThingAsked, 'odd');
      await ask('good');

      expect((await letter()).headers).toMatchObject({ dlt_code: 'message.not-json' });
      await recorded('good');
      expect(workshop().log.lines).toContainEqual(
        expect.objectContaining({ fields: expect.objectContaining({ error: 'no answer to that' }) }),
      );
    });

    it.each([
      ['at once when it is refused', new ValidationError('run.unknown', 'there is no such thing'), 1],
      [
        'after a few tries when it fails',
        new ProcessingError('provider.unexpected-response', 'it cannot be recorded'),
        3,
      ],
    ])('X1: input is put aside with its code %s', async (_, error, wanted) => {
      let tries = 0;
      await workshop().start([
        consumes<ThingAsked>(maker, ThingAsked, async function* ({ thingId }, { id }) {
          if (thingId !== 'bad') yield workshop().things.insert(workshop().things.new(thingId ?? id, 'requested'));
          else {
            tries += 1;
            throw error;
          }
        }),
      ]);

      await ask('bad');
      await ask('good');

      await workshop().inTime('a dead letter', async () => (await workshop().deadLetters(ThingAsked)).length === 1);
      await recorded('good');
      expect((await letter()).headers).toMatchObject({ dlt_code: error.code, dlt_cause: error.message });
      expect(tries).toBe(wanted);
    });

    it('a host whose subscription has died for good is not ready, and says that its process is to end', async () => {
      const bus = new BusBetween(workshop().bus);
      const dependencies = workshop().needs({ bus });
      await workshop().start([recording()], dependencies);
      const death = new ConnectionError('bus.subscription-died', 'nothing is handled any more');

      bus.die(death);

      expect(await dependencies.readiness.fatalError).toBe(death);
      expect(dependencies.readiness.isReady).toBe(false);
      expect(workshop().log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    });

    it('a message that is not recorded in time holds up a stop no longer than the settings say', async () => {
      const { promise: goOn, resolve } = Promise.withResolvers<undefined>();
      let isHeld = false;
      const host = await workshop().start([
        consumes<ThingAsked>(maker, ThingAsked, async function* () {
          isHeld = true;
          await goOn;
          yield workshop().things.insert(workshop().things.new('thing', 'requested'));
        }),
        works(maker, 'requested', [], async function* (thing) {
          for (;;) await thing.checkpoint({ progress: thing.data.progress + 1 });
        }),
      ]);
      await workshop().insert('at work');
      await ask('thing');
      await eventually('it is held', () => isHeld);
      let hasStopped = false;

      const stopping = host.stop().then(() => (hasStopped = true));
      await eventually('work is given back', async () => (await workshop().thing('at work')).lease.owner === null);
      await workshop().inTime('the host has stopped', () => hasStopped, 1_000);

      await stopping;
      expect(await workshop().things.get('thing')).toBeNull();
      resolve(undefined);
      await recorded('thing');
    });

    it('input wakes the work on what it recorded: the clock stands', async () => {
      await workshop().start([
        recording(),
        works(maker, 'requested', [ThingAsked], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
        }),
      ]);

      await ask('thing');

      await workshop().until('thing', 'made');
    });
  });
}

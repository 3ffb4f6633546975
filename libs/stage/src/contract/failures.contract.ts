import { describe, expect, it } from '@jest/globals';
import { ConnectionError, ProcessingError, TimeoutError } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import { ThingMade } from './things.contract.js';
import { eachWithWorkshop, works, type MakeStageUnderTest } from './workshop.contract.js';

const maker = { name: 'maker', produces: [ThingMade] };

export function describeTrouble(make: MakeStageUnderTest): void {
  describe('trouble', () => {
    const workshop = eachWithWorkshop(make);
    const made = (id: string) => async () => (await workshop().thing(id)).state === 'made';

    it.each([
      ['away', new ConnectionError('provider.unavailable', 'the provider is away')],
      ['not answering', new TimeoutError('provider.timeout', 'the provider did not answer')],
    ])('X1: a dependency that is %s for longer than any limit of tries parks nothing', async (_, error) => {
      await workshop().insert('thing');
      const dependencies = workshop().needs();
      let tries = 0;
      let isAway = true;
      await workshop().start(
        [
          works(maker, 'requested', [], async function* (thing) {
            tries += 1;
            if (isAway) throw error;
            yield thing.to('made');
          }),
        ],
        dependencies,
      );

      await workshop().inTime('it was tried often', () => tries > 4 * workshop().settings.maxAttempts);
      await eventually('it is given back', async () => (await workshop().thing('thing')).lease.owner === null);
      expect(await workshop().thing('thing')).toMatchObject({ attempts: 0, parked: false, error: null });
      expect(dependencies.readiness.isReady).toBe(false);
      expect(dependencies.readiness.outages).toMatchObject([
        { dependency: 'maker.works works', message: error.message },
      ]);
      expect(workshop().log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
      isAway = false;

      await workshop().inTime('it is made', made('thing'));
      await workshop().inTime('it is ready', () => dependencies.readiness.isReady);
    });

    it('X2: what failed is tried again after a pause that grows, then parked with its error; the rest goes on', async () => {
      await workshop().insert('bad');
      await workshop().insert('good');
      const pauses: number[] = [];
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          if (thing.id === 'bad') throw new ProcessingError('provider.unexpected-response', 'it cannot be made');
          yield thing.to('made');
        }),
      ]);

      let attempts = 0;
      await workshop().inTime('it is parked', async () => {
        const bad = await workshop().thing('bad');
        if (bad.attempts > attempts) pauses.push(bad.backoffUntil.getTime() - bad.updatedAt.getTime());
        attempts = bad.attempts;
        return bad.parked;
      });

      expect(await workshop().thing('bad')).toMatchObject({
        state: 'requested',
        attempts: 3,
        error: { kind: 'ProcessingError', code: 'provider.unexpected-response', message: 'it cannot be made' },
        lease: { owner: null },
      });
      expect(await made('good')()).toBe(true);
      const [first, second, third] = pauses;
      expect(first).toBeGreaterThanOrEqual(5);
      expect(second).toBeGreaterThanOrEqual(10);
      expect(third).toBeGreaterThanOrEqual(20);
      const last = workshop().log.lines.filter(({ level }) => level === 'error');
      expect(last).toMatchObject([
        { fields: { operation: 'maker', recordId: 'bad', code: 'provider.unexpected-response', attempt: 3 } },
      ]);
    });

    it('interleaving 19: what was parked and is put back by a person is worked on again', async () => {
      await workshop().insert('thing');
      let isRepaired = false;
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          if (!isRepaired) throw new Error('always');
          yield thing.to('made');
        }),
      ]);
      await workshop().inTime('it is parked', async () => (await workshop().thing('thing')).parked);
      isRepaired = true;

      expect(await workshop().things.unpark('thing')).toBe(true);

      await workshop().inTime('it is made', made('thing'), 1_000);
      expect(await workshop().thing('thing')).toMatchObject({ parked: false, attempts: 0, error: null });
    });

    it('a wake that comes while the last try fails is followed before the record is parked', async () => {
      await workshop().insert('thing', { attempts: 2 });
      let tries = 0;
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          tries += 1;
          if (tries > 1) yield thing.to('made');
          else {
            await workshop().things.noteSignal(thing.id, 'requested');
            throw new Error('once');
          }
        }),
      ]);

      await workshop().inTime('it is made', made('thing'));

      expect(workshop().log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    });

    it.each([
      ['an error', new Error('too late')],
      ['an absence', new ConnectionError('provider.unavailable', 'too late')],
    ])('what a stage throws after its step does not undo the step: %s', async (_, error) => {
      await workshop().insert('moved');
      await workshop().insert('waiting', { attempts: 2 });
      const until = workshop().in(3_600_000);
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          if (thing.id === 'moved') yield thing.to('made', new ThingMade({ thingId: thing.id }));
          else yield thing.wait(until);
          throw error;
        }),
      ]);

      const isTold = (id: string) => () =>
        workshop().log.lines.some(({ fields }) => fields.error === 'too late' && fields['recordId'] === id);
      await eventually('it is told of the one', isTold('moved'));
      await eventually('it is told of the other', isTold('waiting'));

      const untouched = { attempts: 0, parked: false, error: null, outbox: [], backoffUntil: new Date(0) };
      expect(await workshop().thing('moved')).toMatchObject({ ...untouched, state: 'made' });
      expect(await workshop().thing('waiting')).toMatchObject({ ...untouched, state: 'requested', nextAt: until });
    });
  });
}

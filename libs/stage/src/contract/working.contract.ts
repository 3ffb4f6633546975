import { describe, expect, it } from '@jest/globals';
import { eventually } from '@batchmill/testing';
import { ThingMade, ThingShipped } from './things.contract.js';
import { eachWithWorkshop, works, type MakeStageUnderTest } from './workshop.contract.js';

const maker = { name: 'maker', produces: [ThingMade, ThingShipped] };

export function describeWorking(make: MakeStageUnderTest): void {
  describe('working', () => {
    const workshop = eachWithWorkshop(make);

    it('what is yielded is written, published and marked as said before the generator goes on', async () => {
      const { promise: seen, resolve } = Promise.withResolvers<unknown>();
      await workshop().insert('thing');

      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }));
          resolve({ stored: await workshop().thing(thing.id), said: (await workshop().said(ThingMade)).length });
        }),
      ]);

      expect(await seen).toMatchObject({ stored: { state: 'made', outbox: [], lease: { owner: null } }, said: 1 });
    });

    it('a fact that the stage did not declare is an error, and nothing is written', async () => {
      await workshop().insert('thing');

      await workshop().start([
        works({ ...maker, produces: [ThingMade] }, 'requested', [], async function* (thing) {
          yield thing.with({ progress: 1 }).to('shipped', new ThingShipped({ thingId: thing.id }));
        }),
      ]);

      const thing = await eventually('it failed', async () => {
        const found = await workshop().thing('thing');
        return found.attempts > 0 && found;
      });
      expect(thing).toMatchObject({
        state: 'requested',
        progress: 0,
        outbox: [],
        error: { kind: 'ProcessingError', code: 'stage.undeclared-fact' },
      });
      expect(await workshop().said(ThingShipped)).toEqual([]);
    });

    it('the facts of one step are said in their order, each under an id of its own', async () => {
      await workshop().insert('thing');

      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          yield thing.to('made', new ThingMade({ thingId: thing.id }), new ThingMade({ thingId: `${thing.id}-lid` }));
        }),
      ]);

      await eventually('both are said and forgotten', async () => {
        const { state, outbox } = await workshop().thing('thing');
        return state === 'made' && outbox.length === 0;
      });
      const said = await workshop().said(ThingMade);
      expect(said.map(({ value }) => JSON.parse(String(value)) as unknown)).toEqual(
        expect.arrayContaining([{ thingId: 'thing' }, { thingId: 'thing-lid' }]),
      );
      expect(new Set(said.map(({ headers }) => headers['ce_id'])).size).toBe(2);
      expect(said[0]).toMatchObject({
        key: expect.stringMatching(/^thing/),
        headers: {
          ce_specversion: '1.0',
          ce_type: 'batchmill.thing.made.v1',
          ce_source: '/workshop',
          ce_time: workshop().clock.now().toISOString(),
          'content-type': 'application/json',
        },
      });
    });

    it('no more works run at once than the settings allow, and all get their turn', async () => {
      for (let number = 0; number < 7; number += 1) await workshop().insert(`thing-${number}`);
      const waiting: (() => void)[] = [];
      let most = 0;

      await workshop().start(
        [
          works(maker, 'requested', [], async function* (thing) {
            const { promise, resolve } = Promise.withResolvers<undefined>();
            waiting.push(() => resolve(undefined));
            most = Math.max(most, waiting.length);
            await promise;
            yield thing.to('made');
          }),
        ],
        workshop().needs({}, { concurrency: 3 }),
      );
      await eventually('three work at once', () => waiting.length === 3);

      await eventually('all are made', async () => {
        waiting.shift()?.();
        return (await workshop().things.countIn('made')) === 7;
      });
      expect(most).toBe(3);
    });

    it('S5: two hosts share the records, and none is worked on twice', async () => {
      for (let number = 0; number < 40; number += 1) await workshop().insert(`thing-${number}`);
      const worked: string[] = [];
      const by = (owner: string) =>
        workshop().start(
          [
            works(maker, 'requested', [], async function* (thing) {
              worked.push(thing.id);
              yield thing.to('made', new ThingMade({ thingId: thing.id }));
            }),
          ],
          workshop().needs({}, { owner }),
        );

      await Promise.all([by('one'), by('other')]);

      await eventually('all are made', async () => (await workshop().things.countIn('made')) === 40);
      expect(worked).toHaveLength(40);
      expect(new Set(worked).size).toBe(40);
    });

    it('work that ends without a move or a wait is an error', async () => {
      await workshop().insert('thing');

      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          await thing.save({ progress: 1 });
        }),
      ]);

      const { error, attempts } = await eventually('it failed', async () => {
        const thing = await workshop().thing('thing');
        return thing.attempts > 0 && thing;
      });
      expect({ error, attempts }).toMatchObject({ error: { code: 'stage.no-end' }, attempts: 1 });
    });

    it('what waits is looked at again when its time has come, before the clock’s next look', async () => {
      await workshop().insert('thing');
      await workshop().start([
        works(maker, 'requested', [], async function* (thing) {
          if (thing.data.progress === 1) yield thing.to('made');
          else yield thing.with({ progress: 1 }).wait(workshop().in(500));
        }),
      ]);
      await eventually('it waits', async () => {
        const { progress, lease } = await workshop().thing('thing');
        return progress === 1 && lease.owner === null;
      });
      const begun = workshop().clock.now().getTime();

      await workshop().inTime('it is made', async () => (await workshop().thing('thing')).state === 'made');

      const waited = workshop().clock.now().getTime() - begun;
      expect(waited).toBeGreaterThanOrEqual(500);
      expect(waited).toBeLessThan(workshop().settings.pollMs);
    });

    it('what waits is looked at when its time has come, though other work roused the loop in the meantime', async () => {
      await workshop().insert('first');
      await workshop().start([
        works(maker, 'requested', [ThingMade], async function* (thing) {
          if (thing.id !== 'first' || thing.data.progress === 1) yield thing.to('made');
          else yield thing.with({ progress: 1 }).wait(workshop().in(500));
        }),
      ]);
      await eventually('it waits', async () => {
        const { progress, lease } = await workshop().thing('first');
        return progress === 1 && lease.owner === null;
      });
      for (const id of ['second', 'third']) {
        await workshop().insert(id);
        await workshop().say(ThingMade, JSON.stringify({ thingId: id }));
        await workshop().until(id, 'made');
      }

      workshop().clock.advance(500);

      await workshop().until('first', 'made');
    });
  });
}

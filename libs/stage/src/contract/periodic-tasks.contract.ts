import { describe, expect, it } from '@jest/globals';
import { eventually, testEngineSettings } from '@batchmill/testing';
import { ThingMade, ThingShipped } from './things.contract.js';
import { eachWithWorkshop, handler, type MakeStageUnderTest } from './workshop.contract.js';

const keeper = { name: 'keeper', produces: [ThingMade] };
const hourMs = 3_600_000;

export function describeClocks(make: MakeStageUnderTest): void {
  describe('clocks', () => {
    const workshop = eachWithWorkshop(make);

    it('a method is called at the start and then again and again, so long after the end of each call', async () => {
      const calls: number[] = [];
      await workshop().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            calls.push(workshop().clock.now().getTime());
          })(),
        ),
      ]);
      await eventually('it is called', () => calls.length === 1);

      await workshop().inTime('it is called again', () => calls.length === 3, 60_000);

      const [first, second, third] = calls as [number, number, number];
      expect(second - first).toBeGreaterThanOrEqual(hourMs);
      expect(third - second).toBeGreaterThanOrEqual(hourMs);
    });

    it('the interval may be a setting', async () => {
      const calls: number[] = [];
      await workshop().start(
        [
          handler(keeper, { kind: 'every', intervalMs: { setting: 'sweepMs' } }, async () =>
            (async function* () {
              calls.push(workshop().clock.now().getTime());
            })(),
          ),
        ],
        workshop().needs({ engineSettings: { ...testEngineSettings, sweepMs: 2 * hourMs } }),
      );
      await eventually('it is called', () => calls.length === 1);

      await workshop().inTime('it is called again', () => calls.length === 2, 60_000);

      expect(calls[1]! - calls[0]!).toBeGreaterThanOrEqual(2 * hourMs);
    });

    it('what it yields is done and said', async () => {
      await workshop().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            const { things } = workshop();
            yield things.insert(things.new('thing', 'made'), new ThingMade({ thingId: 'thing' }));
          })(),
        ),
      ]);

      await eventually('it is said', async () => (await workshop().said(ThingMade)).length === 1);
      await eventually('it is forgotten', async () => (await workshop().thing('thing')).outbox.length === 0);
    });

    it('what fails is told, and tried at the next turn', async () => {
      let calls = 0;
      await workshop().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            calls += 1;
            if (calls === 1) throw new Error('not now');
            yield workshop().things.insert(workshop().things.new('thing', 'made'));
          })(),
        ),
      ]);
      await eventually('it is told', () => workshop().log.lines.some(({ fields }) => fields.error === 'not now'));

      await workshop().inTime('it went well', async () => (await workshop().things.get('thing')) !== null, 60_000);
    });

    it('a fact that the stage did not declare is an error, and nothing is written', async () => {
      await workshop().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            const { things } = workshop();
            yield things.insert(things.new('thing', 'shipped'), new ThingShipped({ thingId: 'thing' }));
          })(),
        ),
      ]);

      await eventually('it is told', () =>
        workshop().log.lines.some(({ fields }) => fields['code'] === 'stage.undeclared-fact'),
      );
      expect(await workshop().things.get('thing')).toBeNull();
    });

    it('a call that does not end holds up a stop no longer than the settings say', async () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      let isCalled = false;
      const host = await workshop().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            isCalled = true;
            await promise;
          })(),
        ),
      ]);
      await eventually('it is called', () => isCalled);
      const begun = workshop().clock.now().getTime();
      let hasStopped = false;

      const stopping = host.stop().then(() => (hasStopped = true));
      await workshop().inTime('the host has stopped', () => hasStopped, 1_000);

      await stopping;
      expect(workshop().clock.now().getTime() - begun).toBeGreaterThanOrEqual(workshop().settings.shutdownMs);
      resolve(undefined);
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { eventually, testEngineSettings } from '@batchmill/testing';
import { OrderMade, OrderShipped } from './orders.contract.js';
import { eachWithFixture, handler, type MakeStageUnderTest } from './fixture.contract.js';

const keeper = { name: 'keeper', produces: [OrderMade] };
const hourMs = 3_600_000;

export function describePeriodicTasks(make: MakeStageUnderTest): void {
  describe('periodic tasks', () => {
    const fixture = eachWithFixture(make);

    it('a method is called at the start, and then at its interval after the end of each call', async () => {
      const calls: number[] = [];
      await fixture().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            calls.push(fixture().clock.now().getTime());
          })(),
        ),
      ]);
      await eventually('it is called', () => calls.length === 1);

      await fixture().advanceUntil('it is called again', () => calls.length === 3, 60_000);

      const [first, second, third] = calls as [number, number, number];
      expect(second - first).toBeGreaterThanOrEqual(hourMs);
      expect(third - second).toBeGreaterThanOrEqual(hourMs);
    });

    it('the interval may be a setting', async () => {
      const calls: number[] = [];
      await fixture().start(
        [
          handler(keeper, { kind: 'every', intervalMs: { setting: 'sweepMs' } }, async () =>
            (async function* () {
              calls.push(fixture().clock.now().getTime());
            })(),
          ),
        ],
        fixture().dependencies({ engineSettings: { ...testEngineSettings, sweepMs: 2 * hourMs } }),
      );
      await eventually('it is called', () => calls.length === 1);

      await fixture().advanceUntil('it is called again', () => calls.length === 2, 60_000);

      expect(calls[1]! - calls[0]!).toBeGreaterThanOrEqual(2 * hourMs);
    });

    it('its transitions are committed and their events published', async () => {
      await fixture().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            const { orders } = fixture();
            yield orders.insert(orders.new('order', 'made'), new OrderMade({ orderId: 'order' }));
          })(),
        ),
      ]);

      await eventually('it is published', async () => (await fixture().published(OrderMade)).length === 1);
      await eventually('it is published', async () => (await fixture().order('order')).outbox.length === 0);
    });

    it('a call that fails is logged, and the next call comes after the interval', async () => {
      let calls = 0;
      await fixture().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            calls += 1;
            if (calls === 1) throw new Error('not now');
            yield fixture().orders.insert(fixture().orders.new('order', 'made'));
          })(),
        ),
      ]);
      await eventually('it is logged', () => fixture().log.lines.some(({ fields }) => fields.error === 'not now'));

      await fixture().advanceUntil('it succeeded', async () => (await fixture().orders.get('order')) !== null, 60_000);
    });

    it('an event that the stage did not declare is an error, and nothing is written', async () => {
      await fixture().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            const { orders } = fixture();
            yield orders.insert(orders.new('order', 'shipped'), new OrderShipped({ orderId: 'order' }));
          })(),
        ),
      ]);

      await eventually('it is logged', () =>
        fixture().log.lines.some(({ fields }) => fields['code'] === 'stage.undeclared-event'),
      );
      expect(await fixture().orders.get('order')).toBeNull();
    });

    it('a call that does not end holds up a stop no longer than the settings allow', async () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      let isCalled = false;
      const host = await fixture().start([
        handler(keeper, { kind: 'every', intervalMs: hourMs }, async () =>
          (async function* () {
            isCalled = true;
            await promise;
          })(),
        ),
      ]);
      await eventually('it is called', () => isCalled);
      const startedMs = fixture().clock.now().getTime();
      let hasStopped = false;

      const stopping = host.stop().then(() => (hasStopped = true));
      await fixture().advanceUntil('the host has stopped', () => hasStopped, 1_000);

      await stopping;
      expect(fixture().clock.now().getTime() - startedMs).toBeGreaterThanOrEqual(fixture().settings.shutdownMs);
      resolve(undefined);
    });
  });
}

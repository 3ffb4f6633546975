import { describe, expect, it } from '@jest/globals';
import { ConnectionError, ProcessingError, TimeoutError } from '@batchmill/contracts';
import { eventually } from '@batchmill/testing';
import { OrderMade } from './orders.contract.js';
import { eachWithFixture, works, type MakeStageUnderTest } from './fixture.contract.js';

const maker = { name: 'maker', produces: [OrderMade] };

export function describeFailedWork(make: MakeStageUnderTest): void {
  describe('failed work', () => {
    const fixture = eachWithFixture(make);
    const made = (id: string) => async () => (await fixture().order(id)).state === 'made';

    it.each([
      ['unavailable', new ConnectionError('provider.unavailable', 'the provider is unavailable')],
      ['not answering', new TimeoutError('provider.timeout', 'the provider did not answer')],
    ])(
      'X1: a dependency that is %s for longer than any number of attempts parks nothing, and the record says since when',
      async (_, error) => {
        await fixture().insert('order');
        const dependencies = fixture().dependencies();
        let attempts = 0;
        let isUnavailable = true;
        await fixture().start(
          [
            works(maker, 'requested', [], async function* (order) {
              attempts += 1;
              if (isUnavailable) throw error;
              yield order.to('made');
            }),
          ],
          dependencies,
        );

        await fixture().advanceUntil('it was attempted often', () => attempts > 4 * fixture().settings.maxAttempts);
        await eventually('it is released', async () => (await fixture().order('order')).lease.owner === null);
        expect(await fixture().order('order')).toMatchObject({
          attempts: 0,
          parked: false,
          error: { code: error.code, at: expect.any(Date) },
        });
        expect(dependencies.readiness.isReady).toBe(false);
        expect(dependencies.readiness.outages).toMatchObject([
          { dependency: 'maker.works: working', message: error.message },
        ]);
        expect(fixture().log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
        isUnavailable = false;

        await fixture().advanceUntil('it is made', made('order'));
        await fixture().advanceUntil('it is ready', () => dependencies.readiness.isReady);
      },
    );

    it('X2: failed work is retried after growing backoffs, then parked with its error, and other work continues', async () => {
      await fixture().insert('bad');
      await fixture().insert('good');
      const backoffsMs: number[] = [];
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          if (order.id === 'bad') throw new ProcessingError('provider.unexpected-response', 'it cannot be made');
          yield order.to('made');
        }),
      ]);

      let attempts = 0;
      const noteBackoff = async (): Promise<boolean> => {
        const bad = await fixture().order('bad');
        if (bad.attempts > attempts) backoffsMs.push(bad.backoffUntil.getTime() - bad.updatedAt.getTime());
        attempts = bad.attempts;
        return bad.parked;
      };
      await fixture().advanceUntil('it is parked', noteBackoff, 1); // small steps, so that no attempt goes unseen

      expect(await fixture().order('bad')).toMatchObject({
        state: 'requested',
        attempts: 3,
        error: { kind: 'ProcessingError', code: 'provider.unexpected-response', message: 'it cannot be made' },
        lease: { owner: null },
      });
      expect(await made('good')()).toBe(true);
      const [first, second, third] = backoffsMs;
      expect(first).toBeGreaterThanOrEqual(5);
      expect(second).toBeGreaterThanOrEqual(10);
      expect(third).toBeGreaterThanOrEqual(20);
      const last = fixture().log.lines.filter(({ level }) => level === 'error');
      expect(last).toMatchObject([
        { fields: { operation: 'maker', recordId: 'bad', code: 'provider.unexpected-response', attempt: 3 } },
      ]);
    });

    it('interleaving 19: a parked record that a person retries is worked on again', async () => {
      await fixture().insert('order');
      let isRepaired = false;
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          if (!isRepaired) throw new Error('always');
          yield order.to('made');
        }),
      ]);
      await fixture().advanceUntil('it is parked', async () => (await fixture().order('order')).parked);
      isRepaired = true;

      expect(await fixture().orders.unpark('order')).toBe(true);

      await fixture().advanceUntil('it is made', made('order'), 1_000);
      expect(await fixture().order('order')).toMatchObject({ parked: false, attempts: 0, error: null });
    });

    it('a signal that arrives while the last attempt fails is handled before the record is parked', async () => {
      await fixture().insert('order', { attempts: 2 });
      let attempts = 0;
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          attempts += 1;
          if (attempts > 1) yield order.to('made');
          else {
            await fixture().orders.noteSignal(order.id, 'requested');
            throw new Error('once');
          }
        }),
      ]);

      await fixture().advanceUntil('it is made', made('order'));

      expect(fixture().log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    });

    it.each([
      ['an error', new Error('too late')],
      ['an outage', new ConnectionError('provider.unavailable', 'too late')],
    ])('an error that a stage throws after its transition does not undo the transition: %s', async (_, error) => {
      await fixture().insert('transitioned');
      await fixture().insert('waiting', { attempts: 2 });
      const until = fixture().in(3_600_000);
      await fixture().start([
        works(maker, 'requested', [], async function* (order) {
          if (order.id === 'transitioned') yield order.to('made', new OrderMade({ orderId: order.id }));
          else yield order.wait(until);
          throw error;
        }),
      ]);

      const isLogged = (id: string) => () =>
        fixture().log.lines.some(({ fields }) => fields.error === 'too late' && fields['recordId'] === id);
      await eventually('one is logged', isLogged('transitioned'));
      await eventually('the other is logged', isLogged('waiting'));

      const unchanged = { attempts: 0, parked: false, error: null, outbox: [], backoffUntil: new Date(0) };
      expect(await fixture().order('transitioned')).toMatchObject({ ...unchanged, state: 'made' });
      expect(await fixture().order('waiting')).toMatchObject({ ...unchanged, state: 'requested', nextAt: until });
    });
  });
}

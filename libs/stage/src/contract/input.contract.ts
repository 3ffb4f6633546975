import { describe, expect, it } from '@jest/globals';
import { ConnectionError, ProcessingError, ValidationError, installationHeader, topicOf } from '@batchmill/contracts';
import { eventually, testEngineSettings } from '@batchmill/testing';
import type { Handler } from '../stage-host.js';
import type { Unusable } from '../read-message.js';
import { FaultyBus } from './faulty-bus.contract.js';
import { OrderRequested, OrderMade, OrderRefused } from './orders.contract.js';
import { consumes, eachWithFixture, handler, works, type MakeStageUnderTest } from './fixture.contract.js';

const maker = { name: 'maker', produces: [OrderMade, OrderRefused] };

export function describeInput(make: MakeStageUnderTest): void {
  describe('input', () => {
    const fixture = eachWithFixture(make);
    const recording = (): Handler =>
      consumes<OrderRequested>(maker, OrderRequested, async function* ({ orderId }, { id }) {
        yield fixture().orders.insert(fixture().orders.new(orderId ?? id, 'requested'));
      });
    const answering = (): Handler =>
      handler(maker, { kind: 'consumes-unusable', event: OrderRequested }, async (unusable) =>
        refuse(unusable as Unusable),
      );
    async function* refuse({ id, reason }: Unusable) {
      const { orders } = fixture();
      yield orders.insert({ ...orders.new(id, 'refused'), reason }, new OrderRefused({ orderId: id }));
    }
    const request = (orderId: string) => fixture().publish(OrderRequested, JSON.stringify({ orderId, size: 1 }));
    const recorded = (id: string) => eventually(`${id} is recorded`, () => fixture().orders.get(id));
    const deadLetter = () => eventually('a dead letter', async () => (await fixture().deadLetters(OrderRequested))[0]);

    it('S4: a message sent by hand, without key or headers and with a newline, is recorded', async () => {
      await fixture().start([recording()]);

      await fixture().publish(OrderRequested, '{"orderId":"by hand","size":1}\n');

      expect(await recorded('by hand')).toMatchObject({ state: 'requested', fence: 0 });
    });

    it('S4: a message is recorded once however often it is delivered, by its own id or by its position on the bus', async () => {
      const bus = new FaultyBus(fixture().bus);
      bus.deliveries = 3;
      await fixture().start([recording()], fixture().dependencies({ bus }));

      await fixture().publish(OrderRequested, '{"size":1}', { ce_id: 'its own' });
      await fixture().publish(OrderRequested, '{"size":2}');
      await fixture().publish(OrderRequested, '{"size":3}');

      await recorded('its own');
      await eventually('all are recorded', async () => (await fixture().orders.countAll()) >= 3);
      expect(await fixture().orders.countAll()).toBe(3);
    });

    it('Y4: a message of another installation is ignored and reported once, and one without an installation is recorded', async () => {
      const other = { [installationHeader]: 'another' };
      await fixture().start([recording(), answering()]);

      await fixture().publish(OrderRequested, '{"orderId":"theirs","size":1}', other);
      await fixture().publish(OrderRequested, 'not an order', other);
      await fixture().publish(OrderRequested, '{"orderId":"ours","size":1}', {
        [installationHeader]: testEngineSettings.installation,
      });
      await fixture().publish(OrderRequested, '{"orderId":"anybody\u2019s","size":1}');
      await recorded('ours');
      await recorded('anybody’s');
      const subscription = { group: 'batchmill.maker', topics: [topicOf(OrderRequested)] };
      await eventually('every message is committed', async () => {
        const [lag] = await fixture().bus.lag(subscription.group, subscription.topics);
        return lag?.messages === 0;
      });

      expect(await fixture().orders.countAll()).toBe(2);
      expect(await fixture().deadLetters(OrderRequested)).toEqual([]);
      const errors = fixture().log.lines.filter(({ level }) => level === 'error');
      expect(errors).toMatchObject([{ fields: { installation: 'another', topic: topicOf(OrderRequested) } }]);
    });

    it('input is recorded before its message is committed', async () => {
      const bus = new FaultyBus(fixture().bus);
      const { promise: committing, resolve } = Promise.withResolvers<unknown>();
      bus.beforeCommit = async () => resolve(await fixture().orders.get('order'));
      await fixture().start([recording()], fixture().dependencies({ bus }));

      await request('order');

      expect(await committing).toMatchObject({ _id: 'order', state: 'requested' });
    });

    it('input that cannot be recorded during an outage is redelivered until it can', async () => {
      const dependencies = fixture().dependencies();
      let attempts = 0;
      let isUnavailable = true;
      await fixture().start(
        [
          consumes<OrderRequested>(maker, OrderRequested, async function* () {
            attempts += 1;
            if (isUnavailable) throw new ConnectionError('store.unavailable', 'the store is unavailable');
            yield fixture().orders.insert(fixture().orders.new('order', 'requested'));
          }),
        ],
        dependencies,
      );

      await request('order');
      await eventually('it was redelivered often', () => attempts > fixture().settings.maxAttempts);
      expect(dependencies.readiness.isReady).toBe(false);
      expect(dependencies.readiness.outages).toMatchObject([{ message: 'the store is unavailable' }]);
      expect(await fixture().deadLetters(OrderRequested)).toEqual([]);
      isUnavailable = false;

      await recorded('order');
      await eventually('it is ready', () => dependencies.readiness.isReady);
    });

    it.each([
      ['not JSON', 'hello', 'message.not-json', 'not a JSON object'],
      ['not an object', '["hello"]', 'message.not-json', 'not a JSON object'],
      ['not valid', '{"orderId":"bad","size":"many"}', 'message.not-valid', 'size must be an integer'],
    ])(
      'X1: a message that is %s is dead-lettered with its code and cause, and the next ones are handled',
      async (_, value, code, cause) => {
        await fixture().start([recording(), answering()]);

        await fixture().publish(OrderRequested, value, { ce_id: 'odd' });
        await request('good');

        await recorded('good');
        const { headers, value: original } = await deadLetter();
        expect(String(original)).toBe(value);
        expect(headers).toMatchObject({
          ce_id: 'odd',
          dlt_code: code,
          dlt_cause: expect.stringContaining(cause),
          dlt_group: 'batchmill.maker',
          dlt_topic: topicOf(OrderRequested),
        });
        expect(await fixture().deadLetters(OrderRequested)).toHaveLength(1);
      },
    );

    it('X1: a message that cannot be used is answered before it is dead-lettered', async () => {
      await fixture().start([recording(), answering()]);

      await fixture().publish(OrderRequested, '{"orderId":"bad"}', { ce_id: 'odd' });

      const { headers } = await deadLetter();
      expect((await fixture().order('odd')).reason).toBe(headers['dlt_cause']);
      expect(await fixture().published(OrderRefused)).toHaveLength(1);
    });

    it('X1: an answer that fails holds up neither the dead letter nor the next messages', async () => {
      const failing = handler(maker, { kind: 'consumes-unusable', event: OrderRequested }, async () => {
        throw new Error('no answer to that');
      });
      await fixture().start([recording(), failing]);

      await fixture().publish(OrderRequested, 'odd');
      await request('good');

      expect((await deadLetter()).headers).toMatchObject({ dlt_code: 'message.not-json' });
      await recorded('good');
      expect(fixture().log.lines).toContainEqual(
        expect.objectContaining({ fields: expect.objectContaining({ error: 'no answer to that' }) }),
      );
    });

    it.each([
      ['at once when it is invalid', new ValidationError('run.unknown', 'there is no such order'), 1],
      [
        'after a few attempts when it fails',
        new ProcessingError('provider.unexpected-response', 'it cannot be recorded'),
        3,
      ],
    ])('X1: input is dead-lettered with its code %s', async (_, error, expectedAttempts) => {
      let attempts = 0;
      await fixture().start([
        consumes<OrderRequested>(maker, OrderRequested, async function* ({ orderId }, { id }) {
          if (orderId !== 'bad') yield fixture().orders.insert(fixture().orders.new(orderId ?? id, 'requested'));
          else {
            attempts += 1;
            throw error;
          }
        }),
      ]);

      await request('bad');
      await request('good');

      await fixture().advanceUntil(
        'a dead letter',
        async () => (await fixture().deadLetters(OrderRequested)).length === 1,
      );
      await recorded('good');
      expect((await deadLetter()).headers).toMatchObject({ dlt_code: error.code, dlt_cause: error.message });
      expect(attempts).toBe(expectedAttempts);
    });

    it('a host whose subscription has died is not ready and reports a fatal error', async () => {
      const bus = new FaultyBus(fixture().bus);
      const dependencies = fixture().dependencies({ bus });
      await fixture().start([recording()], dependencies);
      const death = new ConnectionError('bus.subscription-died', 'nothing is handled any more');

      bus.die(death);

      expect(await dependencies.readiness.fatalError).toBe(death);
      expect(dependencies.readiness.isReady).toBe(false);
      expect(fixture().log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    });

    it('a message that is not recorded in time holds up a stop no longer than the settings allow', async () => {
      const { promise: resume, resolve } = Promise.withResolvers<undefined>();
      let isHeld = false;
      const host = await fixture().start([
        consumes<OrderRequested>(maker, OrderRequested, async function* () {
          isHeld = true;
          await resume;
          yield fixture().orders.insert(fixture().orders.new('order', 'requested'));
        }),
        works(maker, 'requested', [], async function* (order) {
          for (;;) await order.checkpoint({ progress: order.data.progress + 1 });
        }),
      ]);
      await fixture().insert('at work');
      await request('order');
      await eventually('it is held', () => isHeld);
      let hasStopped = false;

      const stopping = host.stop().then(() => (hasStopped = true));
      await eventually('work is released', async () => (await fixture().order('at work')).lease.owner === null);
      await fixture().advanceUntil('the host has stopped', () => hasStopped, 1_000);

      await stopping;
      expect(await fixture().orders.get('order')).toBeNull();
      resolve(undefined);
      await recorded('order');
    });

    it('input signals the record that it made, without a poll', async () => {
      await fixture().start([
        recording(),
        works(maker, 'requested', [OrderRequested], async function* (order) {
          yield order.to('made', new OrderMade({ orderId: order.id }));
        }),
      ]);

      await request('order');

      await fixture().until('order', 'made');
    });
  });
}

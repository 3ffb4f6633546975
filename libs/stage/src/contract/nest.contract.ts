import { describe, expect, it } from '@jest/globals';
import type { Leased, Transitions } from '@batchmill/records';
import { MemoryLog } from '@batchmill/telemetry';
import { eventually, testEngineSettings } from '@batchmill/testing';
import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import {
  Consumes,
  ConsumesUnusable,
  Every,
  Stage,
  StageStrategy,
  Works,
  type HostDependencies,
  type Received,
  type Unusable,
} from '../index.js';
import { OrderRequested, OrderMade, OrderRefused, OrderShipped, Orders, type Order } from './orders.contract.js';
import { eachWithFixture, type MakeStageUnderTest } from './fixture.contract.js';

/** Requested orders are recorded and made, unusable requests are refused, and one order is made without a request. */
@Stage({ name: 'maker', produces: [OrderMade, OrderRefused] })
class Maker {
  constructor(
    private readonly orders: Orders,
    private readonly log: MemoryLog,
  ) {}

  @Consumes(OrderRequested)
  async *record({ orderId }: OrderRequested, { id }: Received): Transitions {
    yield this.orders.insert(this.orders.new(orderId ?? id, 'requested'));
  }

  @ConsumesUnusable(OrderRequested)
  async *refuse({ id, reason }: Unusable): Transitions<OrderRefused> {
    const refused = { ...this.orders.new(id, 'refused'), reason };
    yield this.orders.insert(refused, new OrderRefused({ orderId: id }));
  }

  @Works({ on: Orders, in: 'requested', signaledBy: [OrderRequested] })
  async *make(order: Leased<Order>): Transitions<OrderMade> {
    this.log.info(`made ${order.id}`);
    yield order.to('made', new OrderMade({ orderId: order.id }));
  }

  @Every({ setting: 'sweepMs' })
  async *keepOneInStock(): Transitions {
    yield this.orders.insert(this.orders.new('in stock', 'requested'));
  }
}

@Stage({ name: 'shipper', produces: [OrderShipped] })
class Shipper {
  @Works({ on: Orders, in: 'made', signaledBy: [OrderMade] })
  async *ship(order: Leased<Order>): Transitions<OrderShipped> {
    await order.checkpoint({ progress: order.data.progress + 1 });
    yield order.to('shipped', new OrderShipped({ orderId: order.id }));
  }
}

class Stageless {
  @Works({ on: Orders, in: 'made' })
  async *ship(order: Leased<Order>): Transitions {
    yield order.to('shipped');
  }
}

@Stage({ name: 'typed', produces: [] })
class Typed {
  // @ts-expect-error -- the record's type is tied to the class that it is declared on
  @Works({ on: Orders, in: 'requested' })
  async *ofAnotherRecord(notOrder: { readonly isNothingLeased: true }): Transitions {
    expect(notOrder).toBeDefined();
  }

  // @ts-expect-error -- only states of the record can be named
  @Works({ on: Orders, in: 'nowhere' })
  async *inNoState(order: Leased<Order>): Transitions {
    yield order.to('made');
  }

  // @ts-expect-error -- the event's type is tied to the class that it is declared for
  @Consumes(OrderMade)
  async *anotherEvent(event: OrderRequested): Transitions {
    expect(event).toBeDefined();
  }
}

export function describeNest(make: MakeStageUnderTest): void {
  describe('through Nest', () => {
    const fixture = eachWithFixture(make);

    /** Starts an app of these stages, which the test has to close. */
    async function start(stages: Type[], dependencies: HostDependencies): Promise<INestMicroservice> {
      const providers = [
        { provide: Orders, useValue: fixture().orders },
        { provide: MemoryLog, useValue: fixture().log },
      ];
      @Module({ controllers: stages, providers })
      class Root {}
      const strategy = new StageStrategy(dependencies);
      const options = { strategy, logger: false, abortOnError: false } as const;
      const app = await NestFactory.createMicroservice<MicroserviceOptions>(Root, options);
      await app.listen();
      return app;
    }

    it('S1: the decorated methods of two stages record, make and ship orders', async () => {
      const engineSettings = { ...testEngineSettings, sweepMs: 3_600_000 };
      const dependencies = fixture().dependencies({ engineSettings });
      const app = await start([Maker, Shipper], dependencies);
      expect(dependencies.readiness.isReady).toBe(true);

      await fixture().publish(OrderRequested, '{"orderId":"requested one","size":1}\n');
      await fixture().publish(OrderRequested, 'odd');

      for (const id of ['requested one', 'in stock']) {
        const shipped = await fixture().advanceUntil(`${id} is shipped`, async () => {
          const order = await fixture().orders.get(id);
          return order?.state === 'shipped' && order;
        });
        expect(shipped).toMatchObject({ progress: 1, attempts: 0 });
      }
      await eventually('it is refused', async () => (await fixture().published(OrderRefused)).length === 1);
      await eventually('it is dead-lettered', async () => (await fixture().deadLetters(OrderRequested)).length === 1);
      expect(await fixture().orders.countIn('refused')).toBe(1);
      expect((await fixture().published(OrderShipped)).map(({ key }) => key).sort()).toEqual([
        'in stock',
        'requested one',
      ]);
      expect(fixture().log.lines.filter(({ message }) => message.startsWith('made'))).toHaveLength(2);
      await app.close();
      expect(dependencies.readiness.isReady).toBe(false);
    });

    it('S5: an app that closes leaves its work to the next one', async () => {
      const app = await start([Maker], fixture().dependencies());
      await fixture().publish(OrderRequested, '{"orderId":"order","size":1}');
      await fixture().until('order', 'made');
      await app.close();

      const next = await start([Shipper], fixture().dependencies());

      await fixture().until('order', 'shipped');
      await next.close();
    });

    it('an app closes in time though work reaches no checkpoint', async () => {
      const { promise: resume, resolve } = Promise.withResolvers<undefined>();
      const dependencies = fixture().dependencies();
      @Stage({ name: 'slow', produces: [] })
      class Slow {
        @Works({ on: Orders, in: 'requested' })
        async *make(order: Leased<Order>): Transitions {
          await resume;
          yield order.to('made');
        }
      }
      await fixture().insert('order');
      const app = await start([Slow], dependencies);
      await eventually('it is held', async () => (await fixture().order('order')).fence === 1);
      const startedMs = fixture().clock.now().getTime();
      let isClosed = false;

      const closing = app.close().then(() => (isClosed = true));
      await fixture().advanceUntil('the app is closed', () => isClosed, 1_000);

      await closing;
      const advancedMs = fixture().clock.now().getTime() - startedMs;
      expect(advancedMs).toBeGreaterThanOrEqual(dependencies.settings.shutdownMs);
      expect(advancedMs).toBeLessThan(2 * dependencies.settings.shutdownMs);
      resolve(undefined);
      await fixture().until('order', 'made');
    });

    it('an app with a class without @Stage does not start, and names the method', async () => {
      await expect(startBare(Stageless)).rejects.toThrow(/ship.*@Stage/);
    });

    it('an app whose host lacks the records of a stage does not start', async () => {
      await expect(start([Shipper], fixture().dependencies({ records: [] }))).rejects.toThrow(/Orders/);
    });

    it('the compiler checks a method’s parameters against its decorator', () => {
      expect(Object.getOwnPropertyNames(Typed.prototype)).toContain('ofAnotherRecord');
    });

    /** Makes a class without a stage a controller. */
    async function startBare(stage: Type): Promise<INestMicroservice> {
      Controller()(stage);
      return start([stage], fixture().dependencies());
    }
  });
}

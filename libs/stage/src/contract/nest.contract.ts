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
import { ThingAsked, ThingMade, ThingRefused, ThingShipped, Things, type Thing } from './things.contract.js';
import { eachWithWorkshop, type MakeStageUnderTest } from './workshop.contract.js';

/** What is asked is recorded and made; what cannot be used is refused; one thing is made without being asked for. */
@Stage({ name: 'maker', produces: [ThingMade, ThingRefused] })
class Maker {
  constructor(
    private readonly things: Things,
    private readonly log: MemoryLog,
  ) {}

  @Consumes(ThingAsked)
  async *ask({ thingId }: ThingAsked, { id }: Received): Transitions {
    yield this.things.insert(this.things.new(thingId ?? id, 'requested'));
  }

  @ConsumesUnusable(ThingAsked)
  async *refuse({ id, reason }: Unusable): Transitions<ThingRefused> {
    const refused = { ...this.things.new(id, 'refused'), reason };
    yield this.things.insert(refused, new ThingRefused({ thingId: id }));
  }

  @Works({ on: Things, in: 'requested', signaledBy: [ThingAsked] })
  async *make(thing: Leased<Thing>): Transitions<ThingMade> {
    this.log.info(`made ${thing.id}`);
    yield thing.to('made', new ThingMade({ thingId: thing.id }));
  }

  @Every({ setting: 'sweepMs' })
  async *keepOneInStock(): Transitions {
    yield this.things.insert(this.things.new('in stock', 'requested'));
  }
}

@Stage({ name: 'shipper', produces: [ThingShipped] })
class Shipper {
  @Works({ on: Things, in: 'made', signaledBy: [ThingMade] })
  async *ship(thing: Leased<Thing>): Transitions<ThingShipped> {
    await thing.checkpoint({ progress: thing.data.progress + 1 });
    yield thing.to('shipped', new ThingShipped({ thingId: thing.id }));
  }
}

class Stageless {
  @Works({ on: Things, in: 'made' })
  async *ship(thing: Leased<Thing>): Transitions {
    yield thing.to('shipped');
  }
}

@Stage({ name: 'typed', produces: [] })
class Typed {
  // @ts-expect-error -- the record's type is tied to the class that it is declared on
  @Works({ on: Things, in: 'requested' })
  async *ofAnotherRecord(notThing: { readonly isNothingLeased: true }): Transitions {
    expect(notThing).toBeDefined();
  }

  // @ts-expect-error -- only states of the record can be named
  @Works({ on: Things, in: 'nowhere' })
  async *inNoState(thing: Leased<Thing>): Transitions {
    yield thing.to('made');
  }

  // @ts-expect-error -- the event's type is tied to the class that it is declared for
  @Consumes(ThingMade)
  async *anotherEvent(event: ThingAsked): Transitions {
    expect(event).toBeDefined();
  }
}

export function describeNest(make: MakeStageUnderTest): void {
  describe('through Nest', () => {
    const workshop = eachWithWorkshop(make);

    /** Starts an app of these stages. It is the test's to close. */
    async function start(stages: Type[], dependencies: HostDependencies): Promise<INestMicroservice> {
      const given = [
        { provide: Things, useValue: workshop().things },
        { provide: MemoryLog, useValue: workshop().log },
      ];
      @Module({ controllers: stages, providers: given })
      class Root {}
      const strategy = new StageStrategy(dependencies);
      const options = { strategy, logger: false, abortOnError: false } as const;
      const app = await NestFactory.createMicroservice<MicroserviceOptions>(Root, options);
      await app.listen();
      return app;
    }

    it('S1: decorated methods of two stages take things in, make and ship them, each by its kind', async () => {
      const engineSettings = { ...testEngineSettings, sweepMs: 3_600_000 };
      const dependencies = workshop().needs({ engineSettings });
      const app = await start([Maker, Shipper], dependencies);
      expect(dependencies.readiness.isReady).toBe(true);

      await workshop().say(ThingAsked, '{"thingId":"asked for","size":1}\n');
      await workshop().say(ThingAsked, 'odd');

      for (const id of ['asked for', 'in stock']) {
        const shipped = await workshop().inTime(`${id} is shipped`, async () => {
          const thing = await workshop().things.get(id);
          return thing?.state === 'shipped' && thing;
        });
        expect(shipped).toMatchObject({ progress: 1, attempts: 0 });
      }
      await eventually('it is refused', async () => (await workshop().said(ThingRefused)).length === 1);
      await eventually('it is put aside', async () => (await workshop().deadLetters(ThingAsked)).length === 1);
      expect(await workshop().things.countIn('refused')).toBe(1);
      expect((await workshop().said(ThingShipped)).map(({ key }) => key).sort()).toEqual(['asked for', 'in stock']);
      expect(workshop().log.lines.filter(({ message }) => message.startsWith('made'))).toHaveLength(2);
      await app.close();
      expect(dependencies.readiness.isReady).toBe(false);
    });

    it('S5: an app that closes leaves its work to the next one', async () => {
      const app = await start([Maker], workshop().needs());
      await workshop().say(ThingAsked, '{"thingId":"thing","size":1}');
      await workshop().until('thing', 'made');
      await app.close();

      const next = await start([Shipper], workshop().needs());

      await workshop().until('thing', 'shipped');
      await next.close();
    });

    it('an app closes within its time, though work reaches no checkpoint', async () => {
      const { promise: goOn, resolve } = Promise.withResolvers<undefined>();
      const dependencies = workshop().needs();
      @Stage({ name: 'slow', produces: [] })
      class Slow {
        @Works({ on: Things, in: 'requested' })
        async *make(thing: Leased<Thing>): Transitions {
          await goOn;
          yield thing.to('made');
        }
      }
      await workshop().insert('thing');
      const app = await start([Slow], dependencies);
      await eventually('it is held', async () => (await workshop().thing('thing')).fence === 1);
      const begun = workshop().clock.now().getTime();
      let isClosed = false;

      const closing = app.close().then(() => (isClosed = true));
      await workshop().inTime('the app is closed', () => isClosed, 1_000);

      await closing;
      const tookMs = workshop().clock.now().getTime() - begun;
      expect(tookMs).toBeGreaterThanOrEqual(dependencies.settings.shutdownMs);
      expect(tookMs).toBeLessThan(2 * dependencies.settings.shutdownMs);
      resolve(undefined);
      await workshop().until('thing', 'made');
    });

    it('a class that lacks its stage stops the start, and says which method it is', async () => {
      await expect(startBare(Stageless)).rejects.toThrow(/ship.*@Stage/);
    });

    it('a stage whose records the host was not given stops the start', async () => {
      await expect(start([Shipper], workshop().needs({ records: [] }))).rejects.toThrow(/Things/);
    });

    it('parameters are tied to what the decorator names, at compile time', () => {
      expect(Object.getOwnPropertyNames(Typed.prototype)).toContain('ofAnotherRecord');
    });

    /** A class without a stage is no controller of its own: it is made one. */
    async function startBare(stage: Type): Promise<INestMicroservice> {
      Controller()(stage);
      return start([stage], workshop().needs());
    }
  });
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BatchSettled,
  ConnectionError,
  RandomIds,
  ResultsIngested,
  RunFinished,
  RunRequested,
  SystemClock,
  topicOf,
  type Event,
} from '@batchmill/contracts';
import { deadLetterSuffix, type Bus, type IncomingMessage } from '@batchmill/bus';
import { Runs, type Leased, type Moves, type Run, type Step } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { MemoryLog } from '@batchmill/telemetry';
import { setTimeout as delay } from 'node:timers/promises';
import { Readiness } from './readiness.js';
import type { Received, Unusable } from './received.js';
import { Speaker } from './speaker.js';
import type { HandlerDefinition } from './stage-definition.js';
import { StageHost, type Handler } from './stage-host.js';

interface Bundle {
  readonly store: Store;
  readonly bus: Bus;
  dispose(): Promise<void>;
}

type Work = (run: Leased<Run>) => Moves<RunFinished | BatchSettled>;

/** What the host of a stage promises on any store and any bus. */
export function describeStageContract(name: string, make: () => Promise<Bundle>): void {
  describe(`the work loop on ${name}`, () => {
    const clock = new SystemClock();
    const ids = new RandomIds();
    let bundle: Bundle;
    let runs: Runs;
    let log: MemoryLog;
    let readiness: Readiness;
    let hosts: StageHost[];

    beforeEach(async () => {
      bundle = await make();
      runs = new Runs(bundle.store, clock);
      log = new MemoryLog();
      readiness = new Readiness(clock);
      hosts = [];
    });
    afterEach(async () => {
      for (const host of hosts) await host.stop();
      await bundle.dispose();
    });

    async function host(work: Work, bus: Bus = bundle.bus): Promise<StageHost> {
      const stage = { name: 'toy', produces: [RunFinished] };
      const handler = (definition: Partial<HandlerDefinition>, call: Handler['call']): Handler => ({
        definition: { stage, method: 'work', ...definition } as Handler['definition'],
        call,
      });
      const started = new StageHost(
        [
          handler({ kind: 'works', on: Runs, in: 'running', wokenBy: [ResultsIngested] }, async (run) =>
            work(run as Leased<Run>),
          ),
          handler({ kind: 'consumes', event: RunRequested }, async (event, received) =>
            record(event as RunRequested, received as Received),
          ),
          handler({ kind: 'consumes-unusable', event: RunRequested }, async (unusable) => answer(unusable as Unusable)),
        ],
        {
          bus,
          clock,
          ids,
          log,
          readiness,
          records: [runs],
          line: { sweepMs: 60_000 } as never, // no clocked method here reads any other of its settings
          speaker: new Speaker(bus, clock, ids, log, '/toy'),
          settings: {
            owner: ids.next(),
            leaseMs: 300,
            lookMs: 30,
            concurrency: 2,
            maxAttempts: 3,
            backoffMs: 5,
            maxBackoffMs: 20,
            sayAgainAfterMs: 100,
            shutdownMs: 2_000,
          },
        },
      );
      await started.start();
      hosts.push(started);
      return started;
    }

    async function* record({ runId }: RunRequested, { id }: Received): AsyncGenerator<Step, void, undefined> {
      yield runs.insertion({ ...runs.new(runId ?? id, null, null), state: 'running' });
    }

    async function* answer({ id, reason }: Unusable): AsyncGenerator<Step, void, undefined> {
      yield runs.insertion({ ...runs.new(id, null, null), state: 'rejected', reason });
    }

    async function running(id: string): Promise<void> {
      await runs.insertion({ ...runs.new(id, null, null), state: 'running' }).apply([]);
    }

    const finished = (runId: string): RunFinished =>
      new RunFinished({ runId, pipeline: 'p', outcome: 'finished', total: 0, succeeded: 0, failed: 0, usd: 0 });

    async function* finish(run: Leased<Run>): Moves<RunFinished> {
      yield run.to('finished', finished(run.id));
    }

    async function say(value: string, topic = topicOf(RunRequested)): Promise<void> {
      await bundle.bus.publish([{ topic, key: null, value, headers: {} }]);
    }

    const said = async (event: typeof RunFinished): Promise<IncomingMessage[]> =>
      Array.fromAsync(bundle.bus.read(topicOf(event)));

    it('what is yielded is written, published and marked as said before the generator goes on', async () => {
      await running('r1');
      const seen = new Promise<unknown>((resolve) => {
        void host(async function* (run) {
          yield run.to('finished', finished(run.id));
          resolve({ stored: await runs.get(run.id), said: (await said(RunFinished)).length });
        });
      });

      expect(await seen).toMatchObject({ stored: { state: 'finished', unsaid: [] }, said: 1 });
    });

    it('interleaving 4: work that no message told of is found by the clock', async () => {
      await host(finish);
      await running('r1');

      await until(async () => (await runs.get('r1'))?.state === 'finished');
    });

    it('S4: a request typed by hand, without key or headers and with a newline, is recorded once however often it comes', async () => {
      await host(async function* (run) {
        yield run.wait(new Date(Date.now() + 60_000));
      });

      await say('{"runId":"by-hand","pipeline":"p"}\n');
      await say('{"runId":"by-hand","pipeline":"p"}\n');
      await say('{"runId":"last","pipeline":"p"}\n');

      await until(async () => (await runs.get('last')) !== null);
      expect(await runs.count({ _id: 'by-hand' })).toBe(1);
    });

    it.each([
      ['not JSON', 'hello', 'message.not-json'],
      ['not valid', '{"runId":"r"}', 'message.not-valid'],
    ])(
      'X1: a message that is %s is a dead letter with its reason, answered, and the rest flows',
      async (_, value, code) => {
        await host(finish);

        await say(value);
        await say('{"runId":"good","pipeline":"p"}');

        await until(async () => (await runs.get('good'))?.state === 'finished');
        const read = async (): Promise<IncomingMessage[]> =>
          Array.fromAsync(bundle.bus.read(topicOf(RunRequested) + deadLetterSuffix));
        await until(async () => (await read()).length === 1);
        const [letter] = await read();
        expect(letter!.value!.toString()).toBe(value);
        expect(letter!.headers).toMatchObject({
          dlt_code: code,
          dlt_group: 'batchmill.toy',
          dlt_topic: topicOf(RunRequested),
        });
        expect(await runs.count({ state: 'rejected' })).toBe(1);
      },
    );

    it('a dependency that is away costs no attempt: the work is given back, readiness says so, and it goes on afterwards', async () => {
      await running('r1');
      let isAway = true;
      let tries = 0;
      await host(async function* (run) {
        tries += 1;
        if (isAway) throw new ConnectionError('provider.away', 'the provider is away');
        yield run.to('finished', finished(run.id));
      });

      await until(() => tries > 5 && !readiness.isReady);
      expect(await runs.get('r1')).toMatchObject({ attempts: 0, parked: false });
      isAway = false;

      await until(async () => (await runs.get('r1'))?.state === 'finished' && readiness.isReady);
    });

    it('work that always fails is parked, alone, with its error', async () => {
      await running('bad');
      await running('good');
      await host(async function* (run) {
        if (run.id === 'bad') throw new Error('always');
        yield run.to('finished', finished(run.id));
      });

      await until(async () => (await runs.get('bad'))?.parked === true);
      await until(async () => (await runs.get('good'))?.state === 'finished');
      expect(await runs.get('bad')).toMatchObject({ state: 'running', attempts: 3, error: { message: 'always' } });
    });

    it('a fact that the stage did not declare is an error, and nothing is written', async () => {
      await running('r1');
      await host(async function* (run) {
        const undeclared: Event = new BatchSettled({
          runId: run.id,
          claimId: 'c',
          batchId: 'b',
          providerBatchId: null,
          reason: 'completed',
          requests: 0,
        });
        yield run.to('finished', undeclared as BatchSettled);
      });

      await until(async () => (await runs.get('r1'))?.parked === true);
      expect(await runs.get('r1')).toMatchObject({
        state: 'running',
        error: { code: 'stage.undeclared-fact' },
        unsaid: [],
      });
    });

    it('interleaving 11: a fact that could not be said stays true, and is said when the bus is back', async () => {
      await running('r1');
      let isAway = true;
      const publish = bundle.bus.publish.bind(bundle.bus);
      const flaky = Object.create(bundle.bus, {
        publish: {
          value: async (messages: Parameters<Bus['publish']>[0]) => {
            if (isAway) throw new ConnectionError('bus.unavailable', 'the bus is away');
            await publish(messages);
          },
        },
        subscribe: { value: bundle.bus.subscribe.bind(bundle.bus) },
        ensureTopics: { value: bundle.bus.ensureTopics.bind(bundle.bus) },
      }) as Bus;
      await host(finish, flaky);

      await until(async () => (await runs.get('r1'))?.state === 'finished');
      expect((await runs.get('r1'))!.unsaid).toHaveLength(1);
      isAway = false;

      await until(async () => (await runs.get('r1'))!.unsaid.length === 0);
      expect(await said(RunFinished)).toHaveLength(1);
    });

    it('a graceful stop gives the work back at its checkpoint, and the next host goes on from there', async () => {
      await running('r1');
      let reached = 0;
      const first = await host(async function* (run) {
        for (;;) {
          await run.reach({ reason: `step ${(reached += 1)}` });
          await delay(5);
        }
      });
      await until(() => reached > 2);
      await first.stop();
      const left = await runs.get('r1');

      const goesOn = new Promise<string | null>((resolve) => {
        void host(async function* (run) {
          resolve(run.data.reason);
          yield run.to('finished', finished(run.id));
        });
      });

      expect(left!.lease.until.getTime()).toBeLessThanOrEqual(Date.now());
      expect(await goesOn).toBe(`step ${reached}`);
    });

    it('a lease is renewed while its holder works longer than it lasts', async () => {
      await running('r1');
      let holders = 0;
      const work: Work = async function* (run) {
        holders += 1;
        await delay(900); // three leases long
        yield run.to('finished', finished(run.id));
      };
      await host(work);
      await host(
        work,
        Object.create(bundle.bus, {
          subscribe: { value: async () => ({ stop: async () => undefined, died: Promise.withResolvers().promise }) },
        }) as Bus,
      );

      await until(async () => (await runs.get('r1'))?.state === 'finished');
      expect(holders).toBe(1);
    });
  });
}

async function until(look: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`Waited 10 s in vain for: ${look.toString()}`);
    await delay(5);
  }
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunRequested, RunScheduleMissed, envelopeOf, type Event } from '@batchmill/contracts';
import { definePipeline, type ScheduleDefinition } from '@batchmill/pipeline';
import { Leased, Runs, Schedules, type RunState, type Transition } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MemoryLog } from '@batchmill/telemetry';
import { KnownPipelines, ManualClock, testEngineSettings } from '@batchmill/testing';
import { ScheduleStarter } from './schedule-starter.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const nightly = { cron: '0 3 * * *', timezone: 'Europe/Zurich' };

describe('scheduled runs', () => {
  let store: EmbeddedStore;
  let clock: ManualClock;
  let log: MemoryLog;
  let runs: Runs;
  let schedules: Schedules;
  let ids = 0;
  beforeEach(() => {
    store = EmbeddedStore.open({ file: ':memory:' });
    startAt('2026-01-01T12:00:00Z');
  });
  afterEach(() => store.close());

  function startAt(at: string): void {
    clock = new ManualClock(new Date(at));
    log = new MemoryLog();
    runs = new Runs(store, clock);
    schedules = new Schedules(store, clock);
  }

  /** A chunk-scanner that knows a pipeline with these schedules. */
  function scanner(
    schedule: ScheduleDefinition | readonly ScheduleDefinition[] | null,
    settings = {},
  ): ScheduleStarter {
    const notes = definePipeline({
      name: 'notes',
      parameters: { topic: { type: 'string', required: false } },
      source: { collection: 'notes' },
      embeddings: { text: 'text', vectors: { collection: 'notes' } },
      ...(schedule !== null && { schedule }),
    });
    const lineSettings = { ...testEngineSettings, startsSchedules: true, ...settings };
    return new ScheduleStarter(schedules, runs, new KnownPipelines([notes]), lineSettings, clock, log);
  }

  /** Its turn: it looks at the definitions, then works on what is due. Returns what it said. */
  async function turnOf(starter: ScheduleStarter): Promise<Event[]> {
    const said = await carryOut(starter.look());
    for (;;) {
      const taken = await schedules.take({ state: 'waiting', owner: 'scanner', leaseMs: minute });
      if (taken === null) return said;
      said.push(...(await carryOut(starter.start(new Leased(taken, schedules.writes, new AbortController().signal)))));
    }
  }

  async function carryOut(transitions: AsyncIterable<Transition>): Promise<Event[]> {
    const said: Event[] = [];
    for await (const transition of transitions) {
      const envelopes = transition.events.map((event) =>
        envelopeOf(event, { id: `fact-${(ids += 1)}`, at: clock.now(), traceparent: null }),
      );
      if (await transition.apply(envelopes)) said.push(...transition.events);
    }
    return said;
  }

  const allRuns = (): Promise<string[]> => Array.fromAsync(runs.find({}, { sort: { _id: 1 } }), ({ _id }) => _id);

  async function endRun(id: string, state: RunState = 'finished'): Promise<void> {
    await carryOut(one(runs.transition(id, { from: 'requested', to: state })));
  }

  it('R3: a run is asked for at its time, as the schedule says, and not before', async () => {
    const starter = scanner({ ...nightly, parameters: { topic: 'mills' }, limit: 7 });

    const before = [await turnOf(starter), (clock.advance(14 * hour - 1), await turnOf(starter))].flat();
    clock.advance(1);
    const said = await turnOf(starter);

    expect(before).toEqual([]);
    expect(said).toEqual([
      new RunRequested({
        runId: 'notes-s1-20260102-0200',
        pipeline: 'notes',
        parameters: { topic: 'mills' },
        limit: 7,
      }),
    ]);
    expect(await runs.get('notes-s1-20260102-0200')).toMatchObject({
      state: 'requested',
      request: { pipeline: 'notes', parameters: { topic: 'mills' }, limit: 7 },
    });
  });

  it('R3: night after night it is another run', async () => {
    const starter = scanner(nightly);
    await turnOf(starter);
    for (let nights = 0; nights < 3; nights += 1) {
      clock.advance(nights === 0 ? 14 * hour : day);
      await turnOf(starter);
      for (const id of await allRuns()) await endRun(id);
    }

    expect(await allRuns()).toEqual(['notes-s1-20260102-0200', 'notes-s1-20260103-0200', 'notes-s1-20260104-0200']);
  });

  it('R3: two scanners never start it twice, nor does a restart, nor one that slept', async () => {
    await turnOf(scanner(nightly));
    clock.advance(14 * hour);
    const sleeping = await schedules.take({ state: 'waiting', owner: 'sleeper', leaseMs: minute });
    clock.advance(2 * minute);

    const said = [await turnOf(scanner(nightly)), await turnOf(scanner(nightly))].flat();
    const late = scanner(nightly).start(new Leased(sleeping!, schedules.writes, new AbortController().signal));
    said.push(...(await carryOut(late)));

    expect(said).toHaveLength(1);
    expect(await allRuns()).toEqual(['notes-s1-20260102-0200']);
  });

  it('R3: a crash between the run and the note of it starts nothing more, and tells nothing missed', async () => {
    const starter = scanner(nightly);
    await turnOf(starter);
    clock.advance(14 * hour);
    const taken = await schedules.take({ state: 'waiting', owner: 'crashing', leaseMs: minute });
    const transitions = starter.start(new Leased(taken!, schedules.writes, new AbortController().signal));
    const first = await transitions.next();
    if (first.done !== true) await first.value.apply([]);
    clock.advance(5 * hour);

    expect(await turnOf(scanner(nightly))).toEqual([]);
    expect(await allRuns()).toEqual(['notes-s1-20260102-0200']);
    expect(await schedules.get('notes.s1')).toMatchObject({ lastRunId: 'notes-s1-20260102-0200' });
  });

  it('R3: one that nobody was at work for is started once when its time is not long ago', async () => {
    await turnOf(scanner({ cron: '*/10 * * * *' }));
    clock.advance(55 * minute);

    const said = await turnOf(scanner({ cron: '*/10 * * * *' }));

    expect(said).toEqual([new RunRequested({ runId: 'notes-s1-20260101-1250', pipeline: 'notes' })]);
  });

  it.each([
    ['longer ago than the setting', 3 * day, {}, 'notes-s1-20260104-0200', 3],
    ['one minute too long ago', 15 * hour + minute, {}, 'notes-s1-20260102-0200', 1],
    ['late, where none is made up for', 14 * hour + 2 * minute, { scheduleCatchUpMs: 0 }, 'notes-s1-20260102-0200', 1],
  ])('R3: one that was missed and is %s is told, once, and not started', async (_, afterMs, settings, runId, times) => {
    await turnOf(scanner(nightly, settings));
    clock.advance(afterMs);

    const said = [await turnOf(scanner(nightly, settings)), await turnOf(scanner(nightly, settings))].flat();

    expect(said).toEqual([expect.any(RunScheduleMissed)]);
    expect(said[0]).toMatchObject({ runId, pipeline: 'notes', schedule: 1, times, reason: 'nobody-at-work' });
    expect(await allRuns()).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { runId, reason: 'nobody-at-work' } }]);
  });

  it('R3: who is at work is never late', async () => {
    const starter = scanner(nightly, { scheduleCatchUpMs: 0 });
    await turnOf(starter);
    clock.advance(14 * hour + 5_000);

    expect(await turnOf(starter)).toEqual([expect.any(RunRequested)]);
  });

  it.each<RunState>(['requested', 'running'])(
    'R3: while its former run is %s, none is started, and it is told',
    async (state) => {
      const starter = scanner(nightly);
      await turnOf(starter);
      clock.advance(14 * hour);
      await turnOf(starter);
      await endRun('notes-s1-20260102-0200', state);
      clock.advance(day);

      const said = await turnOf(starter);

      expect(said).toMatchObject([
        { runId: 'notes-s1-20260103-0200', reason: 'former-run-unfinished', formerRunId: 'notes-s1-20260102-0200' },
      ]);
      expect(await allRuns()).toHaveLength(1);
    },
  );

  it.each<RunState>(['finished', 'cancelled', 'incomplete', 'rejected'])(
    'R3: after a former run that is %s the next one is started',
    async (state) => {
      const starter = scanner(nightly);
      await turnOf(starter);
      clock.advance(14 * hour);
      await turnOf(starter);
      await endRun('notes-s1-20260102-0200', state);
      clock.advance(day);

      expect(await turnOf(starter)).toEqual([expect.any(RunRequested)]);
    },
  );

  it('R3: a schedule counts from when it became known, and so does one that was changed or came back', async () => {
    startAt('2026-01-01T02:30:00Z');
    expect(await turnOf(scanner(nightly))).toEqual([]);

    const earlier = { ...nightly, cron: '15 3 * * *' };
    expect(await turnOf(scanner(earlier))).toEqual([]);
    clock.advance(day);
    expect(await turnOf(scanner(earlier))).toMatchObject([{ runId: 'notes-s1-20260102-0215' }]);
    for (const id of await allRuns()) await endRun(id);

    clock.advance(2 * day);
    expect(await turnOf(scanner(null))).toEqual([]);
    expect(await schedules.get('notes.s1')).toMatchObject({ state: 'gone' });
    expect(await turnOf(scanner(nightly))).toEqual([]);
    clock.advance(day);
    expect(await turnOf(scanner(nightly))).toEqual([expect.any(RunRequested)]);
  });

  it('R3: one that is brought forward comes at its new time', async () => {
    await turnOf(scanner(nightly));
    await turnOf(scanner({ cron: '30 12 * * *' }));
    clock.advance(30 * minute);

    expect(await turnOf(scanner({ cron: '30 12 * * *' }))).toMatchObject([{ runId: 'notes-s1-20260101-1230' }]);
  });

  it('R3: each schedule of a list has runs of its own', async () => {
    const starter = scanner([{ cron: '0 13 * * *' }, { cron: '0 13 * * *', limit: 1 }]);
    await turnOf(starter);
    clock.advance(hour);
    await turnOf(starter);

    expect(await allRuns()).toEqual(['notes-s1-20260101-1300', 'notes-s2-20260101-1300']);
  });

  it('R3: a command that does one run starts nothing by the clock', async () => {
    await turnOf(scanner(nightly));
    clock.advance(14 * hour);
    const command = scanner(nightly, { startsSchedules: false });

    expect(await turnOf(command)).toEqual([]);
    clock.advance(minute);
    expect(await turnOf(scanner(nightly))).toEqual([expect.any(RunRequested)]);
  });

  it.each([
    ['go forward', '2026-03-27T12:00:00Z', ['20260328-0130', '20260329-0100', '20260330-0030']],
    ['go back', '2026-10-23T12:00:00Z', ['20261024-0030', '20261025-0030', '20261026-0130']],
  ])('R3: where the clocks %s, a time that they skip or show twice comes once', async (_, from, times) => {
    startAt(from);
    const starter = scanner({ cron: '30 2 * * *', timezone: 'Europe/Zurich' });
    await turnOf(starter);
    for (let looks = 0; looks < 3 * 24 * 6; looks += 1) {
      clock.advance(10 * minute);
      await turnOf(starter);
      for await (const { _id, state } of runs.find({})) if (state === 'requested') await endRun(_id);
    }

    expect(await allRuns()).toEqual(times.map((time) => `notes-s1-${time}`));
  });
});

async function* one(transition: Transition): AsyncGenerator<Transition, void, undefined> {
  yield transition;
}

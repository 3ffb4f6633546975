import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { envelopeOf, type Event } from '@batchmill/contracts';
import { RunRequested, RunScheduleMissed } from '@batchmill/contracts/events';
import { definePipeline, type ScheduleDefinition } from '@batchmill/pipeline';
import { Leased, Runs, Schedules, type RunState, type Transition } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MemoryLog } from '@batchmill/telemetry';
import { KnownPipelines, ManualClock, storedRecords, testEngineSettings } from '@batchmill/testing';
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

  /** A stage whose one pipeline has these schedules. */
  function starterOf(
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
    const engineSettings = { ...testEngineSettings, startsSchedules: true, ...settings };
    return new ScheduleStarter(schedules, runs, new KnownPipelines([notes]), engineSettings, clock, log);
  }

  /** Records the schedules, then works on those that are due. Returns the events. */
  async function work(starter: ScheduleStarter): Promise<Event[]> {
    const events = await commit(starter.recordSchedules());
    for (;;) {
      const taken = await schedules.take({ state: 'waiting', owner: 'scanner', leaseMs: minute });
      if (taken === null) return events;
      events.push(...(await commit(starter.start(new Leased(taken, schedules.writes, new AbortController().signal)))));
    }
  }

  async function commit(transitions: AsyncIterable<Transition>): Promise<Event[]> {
    const events: Event[] = [];
    for await (const transition of transitions) {
      const envelopes = transition.events.map((event) =>
        envelopeOf(event, { id: `event-${(ids += 1)}`, at: clock.now(), traceparent: null }),
      );
      if (await transition.apply(envelopes)) events.push(...transition.events);
    }
    return events;
  }

  const allRuns = (): Promise<string[]> =>
    Array.fromAsync(storedRecords(store).runs.find({}, { sort: { _id: 1 } }), ({ _id }) => _id);

  async function endRun(id: string, state: RunState = 'finished'): Promise<void> {
    await commit(one(runs.transition(id, { from: 'requested', to: state })));
  }

  it('R3: a run is requested when it is due, with the options of its schedule, and not before', async () => {
    const starter = starterOf({ ...nightly, parameters: { topic: 'mills' }, limit: 7 });

    const before = [await work(starter), (clock.advance(14 * hour - 1), await work(starter))].flat();
    clock.advance(1);
    const events = await work(starter);

    expect(before).toEqual([]);
    expect(events).toEqual([
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

  it('R3: each due time starts a run of its own', async () => {
    const starter = starterOf(nightly);
    await work(starter);
    for (let nights = 0; nights < 3; nights += 1) {
      clock.advance(nights === 0 ? 14 * hour : day);
      await work(starter);
      for (const id of await allRuns()) await endRun(id);
    }

    expect(await allRuns()).toEqual(['notes-s1-20260102-0200', 'notes-s1-20260103-0200', 'notes-s1-20260104-0200']);
  });

  it('R3: a run is requested once, by two processes, after a restart, and by a process that was suspended', async () => {
    await work(starterOf(nightly));
    clock.advance(14 * hour);
    const suspended = await schedules.take({ state: 'waiting', owner: 'suspended', leaseMs: minute });
    clock.advance(2 * minute);

    const events = [await work(starterOf(nightly)), await work(starterOf(nightly))].flat();
    const late = starterOf(nightly).start(new Leased(suspended!, schedules.writes, new AbortController().signal));
    events.push(...(await commit(late)));

    expect(events).toHaveLength(1);
    expect(await allRuns()).toEqual(['notes-s1-20260102-0200']);
  });

  it('R3: after a crash between requesting a run and recording it on the schedule, no run is requested twice or reported as missed', async () => {
    const starter = starterOf(nightly);
    await work(starter);
    clock.advance(14 * hour);
    const taken = await schedules.take({ state: 'waiting', owner: 'crashing', leaseMs: minute });
    const transitions = starter.start(new Leased(taken!, schedules.writes, new AbortController().signal));
    const first = await transitions.next();
    if (first.done !== true) await first.value.apply([]);
    clock.advance(5 * hour);

    expect(await work(starterOf(nightly))).toEqual([]);
    expect(await allRuns()).toEqual(['notes-s1-20260102-0200']);
    expect(await schedules.get('notes.s1')).toMatchObject({ lastRunId: 'notes-s1-20260102-0200' });
  });

  it('R3: of the runs that were due while no process ran, the last is started if it was due recently', async () => {
    await work(starterOf({ cron: '*/10 * * * *' }));
    clock.advance(55 * minute);

    const events = await work(starterOf({ cron: '*/10 * * * *' }));

    expect(events).toEqual([new RunRequested({ runId: 'notes-s1-20260101-1250', pipeline: 'notes' })]);
  });

  it.each([
    ['days late', 3 * day, {}, 'notes-s1-20260104-0200', 3],
    ['one minute later than the setting allows', 15 * hour + minute, {}, 'notes-s1-20260102-0200', 1],
    [
      'two minutes late where the setting allows no delay',
      14 * hour + 2 * minute,
      { scheduleCatchUpMs: 0 },
      'notes-s1-20260102-0200',
      1,
    ],
  ])(
    'R3: a run that is %s is reported as missed, once, and not started',
    async (_, afterMs, settings, runId, times) => {
      await work(starterOf(nightly, settings));
      clock.advance(afterMs);

      const events = [await work(starterOf(nightly, settings)), await work(starterOf(nightly, settings))].flat();

      expect(events).toEqual([expect.any(RunScheduleMissed)]);
      expect(events[0]).toMatchObject({ runId, pipeline: 'notes', schedule: 1, times, reason: 'not-running' });
      expect(await allRuns()).toEqual([]);
      expect(log.lines).toMatchObject([{ level: 'warn', fields: { runId, reason: 'not-running' } }]);
    },
  );

  it('R3: a run that is requested seconds after it was due is not late', async () => {
    const starter = starterOf(nightly, { scheduleCatchUpMs: 0 });
    await work(starter);
    clock.advance(14 * hour + 5_000);

    expect(await work(starter)).toEqual([expect.any(RunRequested)]);
  });

  it.each<RunState>(['requested', 'running'])(
    'R3: while the previous run is %s, a due run is reported as missed and not started',
    async (state) => {
      const starter = starterOf(nightly);
      await work(starter);
      clock.advance(14 * hour);
      await work(starter);
      await endRun('notes-s1-20260102-0200', state);
      clock.advance(day);

      const events = await work(starter);

      expect(events).toMatchObject([
        { runId: 'notes-s1-20260103-0200', reason: 'previous-run-unfinished', previousRunId: 'notes-s1-20260102-0200' },
      ]);
      expect(await allRuns()).toHaveLength(1);
    },
  );

  it.each<RunState>(['finished', 'cancelled', 'incomplete', 'rejected'])(
    'R3: after a previous run that is %s the next one is started',
    async (state) => {
      const starter = starterOf(nightly);
      await work(starter);
      clock.advance(14 * hour);
      await work(starter);
      await endRun('notes-s1-20260102-0200', state);
      clock.advance(day);

      expect(await work(starter)).toEqual([expect.any(RunRequested)]);
    },
  );

  it('R3: a schedule counts from when it was recorded, changed or restored', async () => {
    startAt('2026-01-01T02:30:00Z');
    expect(await work(starterOf(nightly))).toEqual([]);

    const earlier = { ...nightly, cron: '15 3 * * *' };
    expect(await work(starterOf(earlier))).toEqual([]);
    clock.advance(day);
    expect(await work(starterOf(earlier))).toMatchObject([{ runId: 'notes-s1-20260102-0215' }]);
    for (const id of await allRuns()) await endRun(id);

    clock.advance(2 * day);
    expect(await work(starterOf(null))).toEqual([]);
    expect(await schedules.get('notes.s1')).toMatchObject({ state: 'gone' });
    expect(await work(starterOf(nightly))).toEqual([]);
    clock.advance(day);
    expect(await work(starterOf(nightly))).toEqual([expect.any(RunRequested)]);
  });

  it('R3: a schedule that is moved to an earlier time starts its run at that time', async () => {
    await work(starterOf(nightly));
    await work(starterOf({ cron: '30 12 * * *' }));
    clock.advance(30 * minute);

    expect(await work(starterOf({ cron: '30 12 * * *' }))).toMatchObject([{ runId: 'notes-s1-20260101-1230' }]);
  });

  /** Lets these processes work in turn, every few seconds, until that time. */
  async function sideBySide(until: string, everyMs: number, ...starters: readonly ScheduleStarter[]): Promise<void> {
    for (let turn = 0; clock.now() < new Date(until); turn += 1) {
      await work(starters[turn % starters.length]!);
      clock.advance(everyMs);
      for await (const { _id, state } of storedRecords(store).runs.find({}))
        if (state === 'requested') await endRun(_id);
    }
  }

  it.each([1_700, 2_900, 5_000, 7_300])(
    'R3: while processes with the old and the new schedule run side by side, no due time of either is lost (%d ms)',
    async (everyMs) => {
      const [old, changed] = [starterOf({ cron: '0,20 13 * * *' }), starterOf({ cron: '10,20,30 13 * * *' })];
      await work(old);
      clock.advance(hour - 5 * minute);

      await sideBySide('2026-01-01T13:25:00Z', everyMs, old, changed);
      await sideBySide('2026-01-01T14:30:00Z', everyMs, changed);

      expect(await allRuns()).toEqual(['1300', '1310', '1320', '1330'].map((time) => `notes-s1-20260101-${time}`));
      expect(log.lines).toEqual([]);
    },
  );

  it.each([
    ['added', [null, { cron: '0 13 * * *' }]],
    ['removed', [{ cron: '0 13 * * *' }, null]],
  ])('R3: a schedule that is %s in a rolling deployment starts its run meanwhile', async (_, [old, changed]) => {
    const starters = [starterOf(old ?? null), starterOf(changed ?? null)];
    await work(starters[0]!);
    clock.advance(hour - 5 * minute);

    await sideBySide('2026-01-01T13:05:00Z', 3_000, ...starters);

    expect(await allRuns()).toEqual(['notes-s1-20260101-1300']);
  });

  it('R3: a change that is taken back later makes up for no earlier times', async () => {
    const [old, changed] = [starterOf({ cron: '0 13 * * *' }), starterOf({ cron: '0 20 * * *' })];
    await work(old);
    await work(changed);
    clock.advance(2 * hour);

    await work(old);

    expect(await allRuns()).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it('R3: each schedule of a list starts its own runs', async () => {
    const starter = starterOf([{ cron: '0 13 * * *' }, { cron: '0 13 * * *', limit: 1 }]);
    await work(starter);
    clock.advance(hour);
    await work(starter);

    expect(await allRuns()).toEqual(['notes-s1-20260101-1300', 'notes-s2-20260101-1300']);
  });

  it('R3: a command that executes one run starts no scheduled runs', async () => {
    await work(starterOf(nightly));
    clock.advance(14 * hour);
    const command = starterOf(nightly, { startsSchedules: false });

    expect(await work(command)).toEqual([]);
    clock.advance(minute);
    expect(await work(starterOf(nightly))).toEqual([expect.any(RunRequested)]);
  });

  it.each([
    ['go forward', '2026-03-27T12:00:00Z', ['20260328-0130', '20260329-0100', '20260330-0030']],
    ['go back', '2026-10-23T12:00:00Z', ['20261024-0030', '20261025-0030', '20261026-0130']],
  ])('R3: where the clocks %s, a time that is skipped or occurs twice starts one run', async (_, from, times) => {
    startAt(from);
    const starter = starterOf({ cron: '30 2 * * *', timezone: 'Europe/Zurich' });
    await work(starter);
    for (let polls = 0; polls < 3 * 24 * 6; polls += 1) {
      clock.advance(10 * minute);
      await work(starter);
      for await (const { _id, state } of storedRecords(store).runs.find({}))
        if (state === 'requested') await endRun(_id);
    }

    expect(await allRuns()).toEqual(times.map((time) => `notes-s1-${time}`));
  });
});

async function* one(transition: Transition): AsyncGenerator<Transition, void, undefined> {
  yield transition;
}

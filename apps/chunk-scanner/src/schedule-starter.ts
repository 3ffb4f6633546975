import { Clock } from '@batchmill/contracts';
import { RunRequested, RunScheduleMissed, type MissedReason } from '@batchmill/contracts/events';
import { Pipelines, dueTimes, nextTime, scheduledRunId, type PipelineSchedule } from '@batchmill/pipeline';
import { Runs, Schedules, endedRunStates, type Leased, type Transitions, type Schedule } from '@batchmill/records';
import { Every, EngineSettings, Stage, Works } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';

const recordSchedulesMs = 5_000;
/** A run that is requested within this time after it was due is not late. */
const onTimeMs = 60_000;
/**
 * A schedule that changes back within this time has not really changed: processes with the old and with the new definition
 * run side by side, as in a rolling deployment.
 */
const sideBySideMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;

/** Requests the runs that pipelines schedule. Each is requested once, however many processes run this stage. */
@Stage({ name: 'chunk-scanner', produces: [RunRequested, RunScheduleMissed] })
export class ScheduleStarter {
  constructor(
    private readonly schedules: Schedules,
    private readonly runs: Runs,
    private readonly pipelines: Pipelines,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Records the schedules of the pipelines. A new, changed or restored schedule counts from now on, unless it was the same
   * a moment ago.
   */
  @Every(recordSchedulesMs)
  async *recordSchedules(): Transitions {
    if (!this.settings.startsSchedules) return;
    for (const pipeline of this.pipelines.names()) {
      for (const [index, definition] of this.pipelines.get(pipeline).schedules.entries()) {
        const { cron, timezone } = definition;
        const newSchedule = this.schedules.new(
          { pipeline, number: index + 1, cron, timezone },
          this.#nextAt(definition),
        );
        const recorded = await this.schedules.get(newSchedule._id);
        if (recorded === null) yield this.schedules.insert(newSchedule);
        else if (recorded.state === 'gone') {
          const isBack = !hasChanged(recorded, definition) && this.#isRecent(recorded.updatedAt);
          const { nextAt, scheduledThrough } = isBack ? { ...recorded, nextAt: this.clock.now() } : newSchedule;
          const changes = { cron, timezone, scheduledThrough };
          yield this.schedules.transition(newSchedule._id, { from: 'gone', to: 'waiting', changes, nextAt });
        } else if (hasChanged(recorded, definition)) await this.schedules.recompute(newSchedule._id);
      }
    }
  }

  @Works({ on: Schedules, in: 'waiting' })
  async *start(schedule: Leased<Schedule>): Transitions<RunRequested | RunScheduleMissed> {
    const now = this.clock.now();
    const definition = this.#definitionOf(schedule.data);
    if (!this.settings.startsSchedules) {
      // Shorter than `onTimeMs`, so that a process that does start schedules takes it while a run is not late.
      yield schedule.wait(new Date(now.getTime() + onTimeMs / 4));
    } else if (definition === null) yield schedule.to('gone');
    else if (!hasChanged(schedule.data, definition)) yield* this.#startDue(schedule, definition, now);
    else {
      const former = { ...definition, cron: schedule.data.cron, timezone: schedule.data.timezone };
      const due = dueTimes(former, { after: schedule.data.scheduledThrough, until: now });
      if (due !== null && now.getTime() - due.last.getTime() <= onTimeMs) {
        // It was due while it held. The change is taken up by the next `recordSchedules`.
        yield* this.#startDue(schedule, former, now);
        return;
      }
      await this.#change(schedule, definition, now);
      yield* this.#startDue(schedule, definition, now);
    }
  }

  /** The changed schedule counts from now on; one that changes back goes on where it was left. */
  async #change(schedule: Leased<Schedule>, { cron, timezone }: PipelineSchedule, now: Date): Promise<void> {
    const { data } = schedule;
    const { former } = data;
    const isBack = former != null && !hasChanged(former, { cron, timezone }) && this.#isRecent(former.until);
    await schedule.save({
      cron,
      timezone,
      scheduledThrough: isBack ? former.scheduledThrough : now,
      former: { cron: data.cron, timezone: data.timezone, scheduledThrough: data.scheduledThrough, until: now },
    });
  }

  #isRecent(at: Date): boolean {
    return this.clock.now().getTime() - at.getTime() <= sideBySideMs;
  }

  async *#startDue(
    schedule: Leased<Schedule>,
    definition: PipelineSchedule,
    now: Date,
  ): Transitions<RunRequested | RunScheduleMissed> {
    const { pipeline, number, scheduledThrough, lastRunId } = schedule.data;
    const due = dueTimes(definition, { after: scheduledThrough, until: now });
    if (due === null) {
      yield schedule.wait(this.#nextAt(definition));
      return;
    }
    const runId = scheduledRunId(pipeline, number, due.last);
    const reason = await this.#reasonToMiss(runId, lastRunId, now.getTime() - due.last.getTime());
    if (reason !== null) {
      const previousRunId = reason === 'previous-run-unfinished' ? lastRunId : null;
      const dueAt = due.last.toISOString();
      const missed = { runId, pipeline, schedule: number, dueAt, times: due.times, reason, previousRunId };
      this.log.warn('a scheduled run was not started', { operation: 'chunk-scanner', ...missed });
      // The transition makes the schedule due at once. Nothing is due then, and it waits for its next time.
      yield schedule.with({ scheduledThrough: due.last }).to('waiting', new RunScheduleMissed(missed));
      return;
    }
    const { functions, ...rest } = definition.request;
    const request = { pipeline, ...rest, ...(functions === undefined ? {} : { functions: [...functions] }) };
    const run = this.runs.new(runId, request, traceparentOf());
    // If a run with this id exists, it was requested before: neither the run nor its event is written a second time.
    yield this.runs.insert(run, new RunRequested({ runId, ...request }));
    yield schedule.with({ scheduledThrough: due.last, lastRunId: runId }).wait(this.#nextAt(definition));
  }

  /** Null if the run is to be requested, or was requested before. */
  async #reasonToMiss(runId: string, lastRunId: string | null, lateMs: number): Promise<MissedReason | null> {
    if ((await this.runs.get(runId)) !== null) return null;
    if (lateMs > Math.max(onTimeMs, this.settings.scheduleCatchUpMs)) return 'not-running';
    const previous = lastRunId === null ? null : await this.runs.get(lastRunId);
    return previous !== null && !endedRunStates.includes(previous.state) ? 'previous-run-unfinished' : null;
  }

  #definitionOf({ pipeline, number }: Schedule): PipelineSchedule | null {
    if (!this.pipelines.names().includes(pipeline)) return null;
    return this.pipelines.get(pipeline).schedules[number - 1] ?? null;
  }

  /** The next due time, or a day from now for a schedule that has none. */
  #nextAt(definition: PipelineSchedule): Date {
    const now = this.clock.now();
    return nextTime(definition, now) ?? new Date(now.getTime() + dayMs);
  }
}

function hasChanged(
  recorded: Pick<Schedule, 'cron' | 'timezone'>,
  { cron, timezone }: Pick<PipelineSchedule, 'cron' | 'timezone'>,
): boolean {
  return recorded.cron !== cron || recorded.timezone !== timezone;
}

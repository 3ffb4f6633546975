import { Clock, RunRequested, RunScheduleMissed, type MissedReason } from '@batchmill/contracts';
import { Pipelines, dueTimes, nextTime, scheduledRunId, type PipelineSchedule } from '@batchmill/pipeline';
import { Runs, Schedules, endedRunStates, type Leased, type Transitions, type Schedule } from '@batchmill/records';
import { Every, EngineSettings, Stage, Works } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';

/** Definitions are compared with what is remembered of them this often. */
const pollMs = 5_000;
/** Who is at work comes to a due time within this. */
const onTimeMs = 60_000;
const dayMs = 24 * 3_600_000;

/** Asks for the runs that pipelines schedule, each once, whoever looks and however often. */
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

  /** Remembers schedules that are new, or changed, from now on. */
  @Every(pollMs)
  async *look(): Transitions {
    if (!this.settings.startsSchedules) return;
    for (const pipeline of this.pipelines.names()) {
      for (const [index, timing] of this.pipelines.get(pipeline).schedules.entries()) {
        const { cron, timezone } = timing;
        const fresh = this.schedules.new({ pipeline, number: index + 1, cron, timezone }, this.#nextAt(timing));
        const known = await this.schedules.get(fresh._id);
        if (known === null) yield this.schedules.insertion(fresh);
        else if (known.state === 'gone') {
          const { nextAt, scheduledThrough } = fresh;
          const changes = { cron, timezone, scheduledThrough };
          yield this.schedules.transition(fresh._id, { from: 'gone', to: 'waiting', changes, nextAt });
        } else if (isOther(known, timing)) await this.schedules.recompute(fresh._id);
      }
    }
  }

  @Works({ on: Schedules, in: 'waiting' })
  async *start(schedule: Leased<Schedule>): Transitions<RunRequested | RunScheduleMissed> {
    const now = this.clock.now();
    const timing = this.#definitionOf(schedule.data);
    if (!this.settings.startsSchedules) yield schedule.wait(new Date(now.getTime() + onTimeMs / 4));
    else if (timing === null) yield schedule.to('gone');
    else if (isOther(schedule.data, timing)) {
      const { cron, timezone } = timing;
      yield schedule.with({ cron, timezone, scheduledThrough: now }).wait(this.#nextAt(timing));
    } else yield* this.#startDue(schedule, timing, now);
  }

  async *#startDue(
    schedule: Leased<Schedule>,
    timing: PipelineSchedule,
    now: Date,
  ): Transitions<RunRequested | RunScheduleMissed> {
    const { pipeline, number, scheduledThrough, lastRunId } = schedule.data;
    const due = dueTimes(timing, { after: scheduledThrough, until: now });
    if (due === null) {
      yield schedule.wait(this.#nextAt(timing));
      return;
    }
    const runId = scheduledRunId(pipeline, number, due.last);
    const reason = await this.#whyNot(runId, lastRunId, now.getTime() - due.last.getTime());
    if (reason !== null) {
      const formerRunId = reason === 'former-run-unfinished' ? lastRunId : null;
      const told = { runId, pipeline, schedule: number, dueAt: due.last.toISOString(), times: due.times, reason };
      this.log.warn('a scheduled run was not started', { operation: 'chunk-scanner', ...told, formerRunId });
      // Looked at again at once, and found to be done with: then it waits for its next time.
      const missed = new RunScheduleMissed({ ...told, formerRunId });
      yield schedule.with({ scheduledThrough: due.last }).to('waiting', missed);
      return;
    }
    const { functions, ...rest } = timing.request;
    const request = { pipeline, ...rest, ...(functions === undefined ? {} : { functions: [...functions] }) };
    const run = this.runs.new(runId, request, traceparentOf());
    // Where there is a run of that id it was started before: neither the run nor the fact is written again.
    yield this.runs.insertion(run, new RunRequested({ runId, ...request }));
    yield schedule.with({ scheduledThrough: due.last, lastRunId: runId }).wait(this.#nextAt(timing));
  }

  /** Null: it is started, or was before. */
  async #whyNot(runId: string, lastRunId: string | null, lateMs: number): Promise<MissedReason | null> {
    if ((await this.runs.get(runId)) !== null) return null;
    if (lateMs > Math.max(onTimeMs, this.settings.scheduleCatchUpMs)) return 'nobody-at-work';
    const former = lastRunId === null ? null : await this.runs.get(lastRunId);
    return former !== null && !endedRunStates.includes(former.state) ? 'former-run-unfinished' : null;
  }

  #definitionOf({ pipeline, number }: Schedule): PipelineSchedule | null {
    if (!this.pipelines.names().includes(pipeline)) return null;
    return this.pipelines.get(pipeline).schedules[number - 1] ?? null;
  }

  /** A schedule whose times are over is looked at once a day. */
  #nextAt(timing: PipelineSchedule): Date {
    const now = this.clock.now();
    return nextTime(timing, now) ?? new Date(now.getTime() + dayMs);
  }
}

function isOther(known: Schedule, { cron, timezone }: PipelineSchedule): boolean {
  return known.cron !== cron || known.timezone !== timezone;
}

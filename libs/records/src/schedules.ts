import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './work/records.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

/** gone: the pipeline's definition does not have it any more. */
const active = ['waiting'] as const;

/** Every state of a schedule. */
export const scheduleStates = [...active, 'gone'] as const;
export type ScheduleState = (typeof scheduleStates)[number];

/** A schedule of a pipeline. Its next run is due at `nextAt`. */
export interface Schedule extends WorkRecord<ScheduleState> {
  readonly pipeline: string;
  /** Its number in the pipeline's list, from 1. */
  readonly number: number;
  /** As in the definition when `nextAt` was computed. */
  readonly cron: string;
  readonly timezone: string;
  /** Due times up to here were handled. At first: when the schedule became known. */
  readonly scheduledThrough: Date;
  /** What it was before its definition changed; null or missing: it never did. */
  readonly former?: FormerSchedule | null;
  /** The last run that it started; null when it started none. */
  readonly lastRunId: string | null;
}

/** A schedule as it was before its definition changed. */
export interface FormerSchedule extends Pick<Schedule, 'cron' | 'timezone' | 'scheduledThrough'> {
  /** When it changed. */
  readonly until: Date;
}

/** The schedules of all pipelines. */
export class Schedules extends Records<Schedule> {
  readonly activeStates = active;
  readonly stageOf = { waiting: 'chunk-scanner' };
  protected readonly indexes = [];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Schedule>('schedules'), clock);
  }

  idIn(): string | null {
    return null;
  }

  runOf(): string | null {
    return null;
  }

  /** The id of a pipeline's schedule by its number, from 1. */
  idOf(pipeline: string, number: number): string {
    return `${pipeline}.s${number}`;
  }

  /** A new schedule, not yet inserted. Due times before now are not its own. */
  new(about: Pick<Schedule, 'pipeline' | 'number' | 'cron' | 'timezone'>, nextAt: Date): Schedule {
    const now = this.clock.now();
    return {
      ...freshWork<ScheduleState>(this.idOf(about.pipeline, about.number), 'waiting', { now, traceparent: null }),
      ...about,
      scheduledThrough: now,
      former: null,
      lastRunId: null,
      nextAt,
    };
  }

  /** Makes it due, so that its next time is computed again. */
  async recompute(id: string): Promise<void> {
    await this.collection.updateOne({ _id: id }, { $set: { nextAt: this.clock.now() }, $inc: { signals: 1 } });
  }
}

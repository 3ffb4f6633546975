import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import { freshWork, type WorkRecord } from './work-record.js';

/** gone: no definition says it any more. */
export type ScheduleState = 'waiting' | 'gone';

/** What is remembered of a pipeline's schedule; its next time is `nextAt`. */
export interface Schedule extends WorkRecord<ScheduleState> {
  readonly pipeline: string;
  /** Its place in the pipeline's list, from 1. */
  readonly number: number;
  /** As the definition said it when the times were reckoned. */
  readonly cron: string;
  readonly timezone: string;
  /** Due times up to here are done with; at first when it became known. */
  readonly scheduledThrough: Date;
  /** The run that it started last. */
  readonly lastRunId: string | null;
}

export class Schedules extends Records<Schedule> {
  protected readonly indexes = [];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Schedule>('schedules'), clock);
  }

  idIn(): string | null {
    return null;
  }

  override runOf(): string | null {
    return null;
  }

  idOf(pipeline: string, number: number): string {
    return `${pipeline}.s${number}`;
  }

  /** One that is known from now on: earlier times are none of its. */
  new(about: Pick<Schedule, 'pipeline' | 'number' | 'cron' | 'timezone'>, nextAt: Date): Schedule {
    const now = this.clock.now();
    return {
      ...freshWork<ScheduleState>(this.idOf(about.pipeline, about.number), 'waiting', { now, traceparent: null }),
      ...about,
      scheduledThrough: now,
      lastRunId: null,
      nextAt,
    };
  }

  /** Makes it due, so that its times are reckoned anew. */
  async recompute(id: string): Promise<void> {
    await this.collection.updateOne({ _id: id }, { $set: { nextAt: this.clock.now() }, $inc: { signals: 1 } });
  }
}

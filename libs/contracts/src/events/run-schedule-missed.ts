import { IsIn, IsInt, IsISO8601, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export const missedReasons = ['not-running', 'previous-run-unfinished'] as const;
export type MissedReason = (typeof missedReasons)[number];

export class RunScheduleMissed extends Event {
  static readonly event = 'run.schedule-missed';
  static readonly version = 1;
  static readonly means = 'A scheduled run was not started at its time, and will not be.';
  static readonly isInput = false;

  /** The id that the run would have had. */
  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  /** Its place among the pipeline's schedules, from 1. */
  @IsInt()
  @Min(1)
  schedule!: number;

  /** ISO 8601. */
  @IsISO8601()
  dueAt!: string;

  /** How many times in a row, this one the last. */
  @IsInt()
  @Min(1)
  times!: number;

  @IsIn(missedReasons)
  reason!: MissedReason;

  /** The run that had not ended; null where that was not the reason. */
  @IsOptional()
  @IsString()
  previousRunId!: string | null;

  constructor(fields: FieldsOf<RunScheduleMissed>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

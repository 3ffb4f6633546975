import { IsIn, IsInt, IsISO8601, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

/** Why a scheduled run was not started: no process started runs at that time, or the previous run had not ended. */
export const missedReasons = ['not-running', 'previous-run-unfinished'] as const;
export type MissedReason = (typeof missedReasons)[number];

export class RunScheduleMissed extends Event {
  static readonly event = 'run.schedule-missed';
  static readonly version = 1;
  static readonly description = 'A scheduled run was not started at its time and will not be started.';
  static readonly isInput = false;

  /** The id that the run would have had. */
  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  /** The number of the schedule in the pipeline's list, from 1. */
  @IsInt()
  @Min(1)
  schedule!: number;

  /** When the run was due. */
  @IsISO8601()
  dueAt!: string;

  /** How many due times were missed in a row; `dueAt` is the last of them. */
  @IsInt()
  @Min(1)
  times!: number;

  @IsIn(missedReasons)
  reason!: MissedReason;

  /** The run that had not ended; null for any other reason. */
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

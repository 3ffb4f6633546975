import { IsIn, IsInt, IsNotEmpty, IsNumber, IsOptional, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

/** How a run that was accepted can end. `incomplete`: documents were left pending after too many free retries. */
export const runOutcomes = ['finished', 'cancelled', 'incomplete'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

export class RunFinished extends Event {
  static readonly event = 'run.finished';
  static readonly version = 1;
  static readonly description = 'A run has ended.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  @IsIn(runOutcomes)
  outcome!: RunOutcome;

  @IsInt()
  @Min(0)
  total!: number;

  @IsInt()
  @Min(0)
  succeeded!: number;

  @IsInt()
  @Min(0)
  failed!: number;

  /** Of the total: documents that were deleted, or that other runs claimed meanwhile. Those runs count them. */
  @IsOptional()
  @IsInt()
  @Min(0)
  takenOver?: number;

  @IsNumber()
  @Min(0)
  usd!: number;

  constructor(fields: FieldsOf<RunFinished>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

import { IsIn, IsInt, IsOptional, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';
import { settledReasons, type SettledReason } from '../settled-reason.js';

export class BatchSettled extends BatchEvent {
  static readonly event = 'batch.settled';
  static readonly version = 1;
  static readonly means = 'The provider will do no more on a batch.';
  static readonly isInput = false;

  /** Null when it was never sent. */
  @IsOptional()
  @IsString()
  providerBatchId!: string | null;

  @IsIn(settledReasons)
  reason!: SettledReason;

  @IsInt()
  @Min(0)
  requests!: number;

  constructor(fields: FieldsOf<BatchSettled>) {
    super();
    Object.assign(this, fields);
  }
}

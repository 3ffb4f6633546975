import { IsBoolean, IsISO8601, IsOptional, IsString } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchIdle extends BatchEvent {
  static readonly event = 'batch.idle';
  static readonly version = 1;
  static readonly description = 'None of the requests of a batch at the provider has ended for too long.';
  static readonly isInput = false;

  @IsOptional()
  @IsString()
  providerBatchId!: string | null;

  /** Since when none has ended. */
  @IsISO8601()
  since!: string;

  /** True: it is cancelled, and what it lacks is sent again. */
  @IsBoolean()
  isSentAgain!: boolean;

  constructor(fields: FieldsOf<BatchIdle>) {
    super();
    Object.assign(this, fields);
  }
}

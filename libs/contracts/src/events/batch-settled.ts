import { IsIn, IsInt, IsOptional, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

/**
 * Why a batch settled: the final states of the provider, and ours for a batch that was never sent, or on whose end Batchmill
 * waits no longer.
 */
export const settledReasons = [
  'completed',
  'failed',
  'expired',
  'cancelled',
  'nothing-to-send',
  'never-sent',
  'too-large',
  'lost',
] as const;
export type SettledReason = (typeof settledReasons)[number];

export class BatchSettled extends BatchEvent {
  static readonly event = 'batch.settled';
  static readonly version = 1;
  static readonly description = 'The provider will do no more work on a batch, or Batchmill waits for it no longer.';
  static readonly isInput = false;

  /** Null when the batch was never sent. */
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

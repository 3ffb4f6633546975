import { IsInt, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class BatchDeferred extends Event {
  static readonly event = 'batch.deferred';
  static readonly version = 1;
  static readonly means = 'The provider had no room in its queue; the batch will be submitted again.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  claimId!: string;

  @IsString()
  @IsNotEmpty()
  batchId!: string;

  @IsInt()
  @Min(0)
  attempt!: number;

  /** As the provider's message told it; null when it did not. */
  @IsOptional()
  @IsInt()
  enqueuedTokenLimit!: number | null;

  constructor(fields: FieldsOf<BatchDeferred>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.batchId;
  }
}

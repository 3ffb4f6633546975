import { IsInt, IsOptional, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchDeferred extends BatchEvent {
  static readonly event = 'batch.deferred';
  static readonly version = 1;
  static readonly means = 'The provider had no room in its queue; the batch will be submitted again.';
  static readonly isInput = false;

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
}

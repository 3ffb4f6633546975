import { IsInt, IsOptional, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchDeferred extends BatchEvent {
  static readonly event = 'batch.deferred';
  static readonly version = 1;
  static readonly description = 'The provider’s queue had no room for a batch. It will be submitted again.';
  static readonly isInput = false;

  @IsInt()
  @Min(0)
  attempt!: number;

  /** As the provider's message names it; null when it names none. */
  @IsOptional()
  @IsInt()
  enqueuedTokenLimit!: number | null;

  constructor(fields: FieldsOf<BatchDeferred>) {
    super();
    Object.assign(this, fields);
  }
}

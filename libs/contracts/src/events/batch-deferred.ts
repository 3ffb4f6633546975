import { IsIn, IsInt, IsOptional, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchDeferred extends BatchEvent {
  static readonly event = 'batch.deferred';
  static readonly version = 1;
  static readonly description =
    'The provider did not take a batch: its queue was full, or it refused the account. It will be submitted again.';
  static readonly isInput = false;

  @IsInt()
  @Min(0)
  attempt!: number;

  /** What the refusal is about. */
  @IsIn(['moment', 'queue', 'account'])
  about!: 'moment' | 'queue' | 'account';

  /** The provider's code; null when it sent none. */
  @IsOptional()
  @IsString()
  code!: string | null;

  /** What the provider's queue counts; null when its message does not say, and for other refusals. */
  @IsOptional()
  @IsIn(['tokens', 'requests'])
  unit!: 'tokens' | 'requests' | null;

  /** The queue's limit as the provider's message names it, or as it was estimated; null when neither is possible. */
  @IsOptional()
  @IsInt()
  limit!: number | null;

  constructor(fields: FieldsOf<BatchDeferred>) {
    super();
    Object.assign(this, fields);
  }
}

import { IsInt, IsNotEmpty, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchSubmitted extends BatchEvent {
  static readonly event = 'batch.submitted';
  static readonly version = 1;
  static readonly description = 'The provider has accepted a batch.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  providerBatchId!: string;

  @IsInt()
  @Min(0)
  requests!: number;

  constructor(fields: FieldsOf<BatchSubmitted>) {
    super();
    Object.assign(this, fields);
  }
}

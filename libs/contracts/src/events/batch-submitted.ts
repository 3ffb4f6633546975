import { IsInt, IsNotEmpty, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class BatchSubmitted extends Event {
  static readonly event = 'batch.submitted';
  static readonly version = 1;
  static readonly means = 'The provider has accepted a batch.';
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

  key(): string {
    return this.batchId;
  }
}

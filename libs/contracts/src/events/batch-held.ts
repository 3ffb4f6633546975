import { IsOptional, IsString } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchHeld extends BatchEvent {
  static readonly event = 'batch.held';
  static readonly version = 1;
  static readonly description = 'A batch waits for the key of the account under which it was sent.';
  static readonly isInput = false;

  /** Null when the answer to its create call is not known. */
  @IsOptional()
  @IsString()
  providerBatchId!: string | null;

  constructor(fields: FieldsOf<BatchHeld>) {
    super();
    Object.assign(this, fields);
  }
}

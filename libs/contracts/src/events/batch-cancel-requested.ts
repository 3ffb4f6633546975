import { IsNotEmpty, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class BatchCancelRequested extends Event {
  static readonly event = 'batch.cancel-requested';
  static readonly version = 1;
  static readonly means = 'Somebody wants a batch to stop.';
  static readonly isInput = true;

  @IsString()
  @IsNotEmpty()
  batchId!: string;

  constructor(fields: FieldsOf<BatchCancelRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.batchId;
  }
}

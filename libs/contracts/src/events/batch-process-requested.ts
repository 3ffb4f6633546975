import { IsNotEmpty, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class BatchProcessRequested extends Event {
  static readonly event = 'batch.process-requested';
  static readonly version = 1;
  static readonly means = 'Somebody wants a batch to be looked at now.';
  static readonly isInput = true;

  @IsString()
  @IsNotEmpty()
  batchId!: string;

  constructor(fields: FieldsOf<BatchProcessRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.batchId;
  }
}

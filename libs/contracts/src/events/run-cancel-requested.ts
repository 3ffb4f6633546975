import { IsNotEmpty, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunCancelRequested extends Event {
  static readonly event = 'run.cancel-requested';
  static readonly version = 1;
  static readonly means = 'Somebody wants a run to stop.';
  static readonly isInput = true;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  constructor(fields: FieldsOf<RunCancelRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

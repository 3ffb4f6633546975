import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunRejected extends Event {
  static readonly event = 'run.rejected';
  static readonly version = 1;
  static readonly means = 'A request cannot be run; nothing was spent.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  /** Null when the request did not name one. */
  @IsOptional()
  @IsString()
  pipeline!: string | null;

  @IsString()
  @IsNotEmpty()
  reason!: string;

  constructor(fields: FieldsOf<RunRejected>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

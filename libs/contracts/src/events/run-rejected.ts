import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunRejected extends Event {
  static readonly event = 'run.rejected';
  static readonly version = 1;
  static readonly description = 'A run was rejected. Nothing was sent to the provider.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  /** Null when the request named none. */
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

import { IsNotEmpty, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunPauseRequested extends Event {
  static readonly event = 'run.pause-requested';
  static readonly version = 1;
  static readonly means = 'Somebody wants a run to begin nothing new; what is at the provider is brought home.';
  static readonly isInput = true;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  constructor(fields: FieldsOf<RunPauseRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

import { IsNotEmpty, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunResumeRequested extends Event {
  static readonly event = 'run.resume-requested';
  static readonly version = 1;
  static readonly means = 'Somebody wants a paused run to go on.';
  static readonly isInput = true;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  constructor(fields: FieldsOf<RunResumeRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

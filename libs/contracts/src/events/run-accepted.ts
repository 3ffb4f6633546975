import { IsArray, IsNotEmpty, IsString } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunAccepted extends Event {
  static readonly event = 'run.accepted';
  static readonly version = 1;
  static readonly description = 'A run was accepted and has started.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  @IsString()
  @IsNotEmpty()
  endpoint!: string;

  @IsArray()
  @IsString({ each: true })
  functions!: string[];

  constructor(fields: FieldsOf<RunAccepted>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

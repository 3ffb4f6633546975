import { IsInt, IsNotEmpty, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class BatchFileBuilt extends BatchEvent {
  static readonly event = 'batch-file.built';
  static readonly version = 1;
  static readonly description = 'A batch file was written and can be submitted.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  model!: string;

  @IsInt()
  @Min(0)
  documents!: number;

  @IsInt()
  @Min(0)
  requests!: number;

  constructor(fields: FieldsOf<BatchFileBuilt>) {
    super();
    Object.assign(this, fields);
  }
}

import { IsInt, IsNotEmpty, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class BatchFileBuilt extends Event {
  static readonly event = 'batch-file.built';
  static readonly version = 1;
  static readonly means = 'A batch file is written and can be submitted.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  claimId!: string;

  @IsString()
  @IsNotEmpty()
  batchId!: string;

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

  key(): string {
    return this.batchId;
  }
}

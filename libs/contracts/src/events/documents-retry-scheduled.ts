import { IsISO8601, IsInt, IsNotEmpty, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class DocumentsRetryScheduled extends Event {
  static readonly event = 'documents.retry-scheduled';
  static readonly version = 1;
  static readonly means = 'Some documents of a batch went back to pending.';
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

  @IsInt()
  @Min(0)
  documents!: number;

  /** When the first of them is due. */
  @IsISO8601()
  notBefore!: string;

  constructor(fields: FieldsOf<DocumentsRetryScheduled>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.batchId;
  }
}

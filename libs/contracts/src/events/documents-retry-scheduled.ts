import { IsISO8601, IsInt, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class DocumentsRetryScheduled extends BatchEvent {
  static readonly event = 'documents.retry-scheduled';
  static readonly version = 1;
  static readonly description = 'Some documents of a batch went back to pending and will be requested again.';
  static readonly isInput = false;

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
}

import { IsInt, IsNumber, IsOptional, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class ResultsIngested extends BatchEvent {
  static readonly event = 'results.ingested';
  static readonly version = 1;
  static readonly description = 'The results of a batch were stored.';
  static readonly isInput = false;

  @IsInt()
  @Min(0)
  documents!: number;

  @IsInt()
  @Min(0)
  requests!: number;

  /** Requests that have an answer. */
  @IsInt()
  @Min(0)
  succeeded!: number;

  /** Requests that failed for good. */
  @IsInt()
  @Min(0)
  failed!: number;

  /** Requests that will be sent again. */
  @IsInt()
  @Min(0)
  retried!: number;

  @IsInt()
  @Min(0)
  inputTokens!: number;

  @IsInt()
  @Min(0)
  outputTokens!: number;

  @IsNumber()
  @Min(0)
  usd!: number;

  /** The first error of a request without an answer; null when there was none. */
  @IsOptional()
  @IsString()
  error!: string | null;

  /** The name of the blob with the archived answers, a JSON line per document. Null without answers, and for embeddings. */
  @IsOptional()
  @IsString()
  archive?: string | null;

  constructor(fields: FieldsOf<ResultsIngested>) {
    super();
    Object.assign(this, fields);
  }
}

import { IsInt, IsNumber, IsOptional, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class ResultsIngested extends BatchEvent {
  static readonly event = 'results.ingested';
  static readonly version = 1;
  static readonly means = 'The answers of a batch are stored.';
  static readonly isInput = false;

  @IsInt()
  @Min(0)
  documents!: number;

  @IsInt()
  @Min(0)
  requests!: number;

  /** Requests with an answer. */
  @IsInt()
  @Min(0)
  succeeded!: number;

  /** Requests that are given up. */
  @IsInt()
  @Min(0)
  failed!: number;

  /** Requests to be asked again. */
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

  /** What stood in the way of most of those without an answer; null when nothing did. */
  @IsOptional()
  @IsString()
  error!: string | null;

  /** The blob of the answers, a JSON line per document; null when nothing was answered, and for embeddings. */
  @IsOptional()
  @IsString()
  archive?: string | null;

  constructor(fields: FieldsOf<ResultsIngested>) {
    super();
    Object.assign(this, fields);
  }
}

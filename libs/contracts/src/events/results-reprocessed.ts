import { IsInt, IsOptional, IsString, Min } from 'class-validator';
import { BatchEvent } from './batch-event.js';
import type { FieldsOf } from './event.js';

export class ResultsReprocessed extends BatchEvent {
  static readonly event = 'results.reprocessed';
  static readonly version = 1;
  static readonly description =
    'The answers that a batch keeps were taken through the pipeline once more. Nothing was requested, and nothing was billed.';
  static readonly isInput = false;

  /** Requests whose kept answer was used, by this reprocessing or an earlier one. */
  @IsInt()
  @Min(0)
  requests!: number;

  /** Documents that were completed with such an answer. */
  @IsInt()
  @Min(0)
  documents!: number;

  /** Requests whose kept answer still cannot be used. */
  @IsInt()
  @Min(0)
  unusable!: number;

  /** The first reason why one cannot be used; null when there is none. */
  @IsOptional()
  @IsString()
  error!: string | null;

  /** The blob of the archived answers, a JSON line per document. Null without answers, and for embeddings. */
  @IsOptional()
  @IsString()
  archive!: string | null;

  constructor(fields: FieldsOf<ResultsReprocessed>) {
    super();
    Object.assign(this, fields);
  }
}

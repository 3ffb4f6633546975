import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Min,
} from 'class-validator';
import { AreDocumentIds } from './are-document-ids.js';
import { Event, type FieldsOf } from './event.js';
import type { Endpoint } from '../endpoint.js';
import { redos, type Redo } from '../redo.js';
import { runIdPattern } from '../run-id.js';

export class RunRequested extends Event {
  static readonly event = 'run.requested';
  static readonly version = 1;
  static readonly means = 'Somebody wants a pipeline to run.';
  static readonly isInput = true;

  /** Missing: derived from the message, so that a second delivery is the same run. */
  @IsOptional()
  @Matches(runIdPattern)
  runId?: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  /** Missing: the only one that the pipeline offers. */
  @IsOptional()
  @IsIn(['embeddings', 'inference'])
  endpoint?: Endpoint;

  /** Missing: all of the endpoint. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  @ArrayNotEmpty()
  functions?: string[];

  @IsOptional()
  @IsObject()
  parameters?: Record<string, unknown>;

  /** Only documents with these ids. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @AreDocumentIds()
  documents?: (string | number)[];

  /** At most so many documents. */
  @IsOptional()
  @IsInt()
  @Min(1)
  limit?: number;

  /** Documents that have ended, to be done again: those that failed, or all. Missing: none, only those pending. */
  @IsOptional()
  @IsIn(redos)
  redo?: Redo;

  constructor(fields: FieldsOf<RunRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string | null {
    return this.runId ?? null;
  }
}

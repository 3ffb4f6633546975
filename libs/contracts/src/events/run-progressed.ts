import { IsInt, IsISO8601, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class RunProgressed extends Event {
  static readonly event = 'run.progressed';
  static readonly version = 1;
  static readonly description =
    'How far a run is, what it waits for and when it will be done: a minute after its start, within five minutes when it waits for something else, and every quarter of an hour.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  /** Documents that it will find, as they were counted at its begin; null: they were not. */
  @IsOptional()
  @IsInt()
  @Min(0)
  documents!: number | null;

  /** Requests that are in a batch file. */
  @IsInt()
  @Min(0)
  requests!: number;

  /** Requests at the provider. */
  @IsInt()
  @Min(0)
  submitted!: number;

  /** Requests that have an answer. */
  @IsInt()
  @Min(0)
  answered!: number;

  /** Requests that failed for good. */
  @IsInt()
  @Min(0)
  failed!: number;

  /** The kind of thing that it waits for most, such as `queue` or `provider`; null: for nothing. */
  @IsOptional()
  @IsString()
  waitsFor!: string | null;

  /** The same in words. */
  @IsOptional()
  @IsString()
  wait!: string | null;

  /** Of ten such runs one is done before then; null: there is no forecast. */
  @IsOptional()
  @IsISO8601()
  early!: string | null;

  /** Of ten such runs five are done before then. */
  @IsOptional()
  @IsISO8601()
  median!: string | null;

  /** Of ten such runs nine are done before then. */
  @IsOptional()
  @IsISO8601()
  late!: string | null;

  /** The forecast in words, or why there is none. */
  @IsString()
  forecast!: string;

  constructor(fields: FieldsOf<RunProgressed>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

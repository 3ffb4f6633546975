import { IsInt, IsNotEmpty, IsString, Min } from 'class-validator';
import { Event, type FieldsOf } from './event.js';

export class ChunksSelected extends Event {
  static readonly event = 'chunks.selected';
  static readonly version = 1;
  static readonly description = 'A claim was sealed; batch files can be built for its documents.';
  static readonly isInput = false;

  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  claimId!: string;

  @IsInt()
  @Min(0)
  documents!: number;

  constructor(fields: FieldsOf<ChunksSelected>) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.claimId;
  }
}

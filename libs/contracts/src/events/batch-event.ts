import { IsNotEmpty, IsString } from 'class-validator';
import { Event } from './event.js';

/** What came true of a batch. What is told of one batch comes in its order. */
export abstract class BatchEvent extends Event {
  @IsString()
  @IsNotEmpty()
  runId!: string;

  @IsString()
  @IsNotEmpty()
  claimId!: string;

  @IsString()
  @IsNotEmpty()
  batchId!: string;

  key(): string {
    return this.batchId;
  }
}

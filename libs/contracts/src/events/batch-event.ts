import { IsNotEmpty, IsString } from 'class-validator';
import { Event } from './event.js';

/** An event about a batch. Events about one batch keep their order. */
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

import { IsBoolean, IsNotEmpty, IsNumber, IsOptional, IsString, Min } from 'class-validator';
import { Event } from './event.js';

/** Asks for something to be done with a run. */
abstract class RunCommand extends Event {
  @IsString()
  @IsNotEmpty()
  runId!: string;

  constructor(fields: { readonly runId: string }) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.runId;
  }
}

/** Asks for something to be done with a batch. */
abstract class BatchCommand extends Event {
  @IsString()
  @IsNotEmpty()
  batchId!: string;

  constructor(fields: { readonly batchId: string }) {
    super();
    Object.assign(this, fields);
  }

  key(): string {
    return this.batchId;
  }
}

export class RunCancelRequested extends RunCommand {
  static readonly event = 'run.cancel-requested';
  static readonly version = 1;
  static readonly description = 'Asks for a run to be cancelled.';
  static readonly isInput = true;
}

export class RunPauseRequested extends RunCommand {
  static readonly event = 'run.pause-requested';
  static readonly version = 1;
  static readonly description = 'Asks for a run to start nothing new. Batches at the provider are still ingested.';
  static readonly isInput = true;
}

export class RunResumeRequested extends RunCommand {
  static readonly event = 'run.resume-requested';
  static readonly version = 1;
  static readonly description = 'Asks for a paused run to continue.';
  static readonly isInput = true;
}

export class RunLimitRequested extends RunCommand {
  static readonly event = 'run.limit-requested';
  static readonly version = 1;
  static readonly description = 'Asks for another spending limit of a run that has not ended.';
  static readonly isInput = true;

  /** The most that the run may spend, in US dollars, with what it has spent. */
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  maxUsd!: number;

  constructor(fields: { readonly runId: string; readonly maxUsd: number }) {
    super(fields);
    Object.assign(this, fields);
  }
}

export class BatchCancelRequested extends BatchCommand {
  static readonly event = 'batch.cancel-requested';
  static readonly version = 1;
  static readonly description = 'Asks for a batch to be cancelled.';
  static readonly isInput = true;
}

export class BatchProcessRequested extends BatchCommand {
  static readonly event = 'batch.process-requested';
  static readonly version = 1;
  static readonly description = 'Asks for a batch to be polled or ingested now.';
  static readonly isInput = true;
}

export class BatchReprocessRequested extends BatchCommand {
  static readonly event = 'batch.reprocess-requested';
  static readonly version = 1;
  static readonly description =
    'Asks for the answers that a batch keeps, because they could not be used, to be taken through the pipeline once more.';
  static readonly isInput = true;
}

export class BatchAbandonRequested extends BatchCommand {
  static readonly event = 'batch.abandon-requested';
  static readonly version = 1;
  static readonly description = 'Asks for a batch to be given up, whatever the provider says of it.';
  static readonly isInput = true;

  /** True: the requests without a result fail. False or missing: they are requested again. */
  @IsOptional()
  @IsBoolean()
  fail?: boolean;

  constructor(fields: { readonly batchId: string; readonly fail?: boolean }) {
    super(fields);
    Object.assign(this, fields);
  }
}

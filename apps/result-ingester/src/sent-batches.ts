import { Blobs } from '@batchmill/blobs';
import { ProcessingError } from '@batchmill/contracts';
import { Pipelines, type RunPlan } from '@batchmill/pipeline';
import { Runs, planOfRun, type Batch, type Run } from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import { SentRequests } from './sent-requests.js';

/** A batch with what its results are read by. */
export interface SentBatch {
  readonly run: Run;
  readonly plan: RunPlan;
  readonly sent: SentRequests;
}

/** Finds the run, the plan and the requests of a batch. */
@Injectable()
export class SentBatches {
  constructor(
    private readonly runs: Runs,
    private readonly pipelines: Pipelines,
    private readonly blobs: Blobs,
  ) {}

  /** Rejects with a ProcessingError when the run has no record. */
  async open({ _id, runId, manifest }: Batch): Promise<SentBatch> {
    const run = await this.runs.get(runId);
    if (run === null) {
      throw new ProcessingError('batch.no-run', `batch ${_id}: found no record of run ${runId}; restore it`);
    }
    return { run, plan: planOfRun(this.pipelines, run), sent: await SentRequests.read(this.blobs, manifest) };
  }
}

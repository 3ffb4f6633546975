import type { Blobs } from '@batchmill/blobs';
import type { Batches } from '../batches.js';
import type { Claims } from '../claims.js';
import { endedRunStates, type Run, type Runs } from '../runs.js';
import { blobsOfBatch, blobsOfClaim } from './blobs-of-records.js';

interface Sources {
  readonly runs: Runs;
  readonly claims: Claims;
  readonly batches: Batches;
  readonly blobs: Blobs;
}

/**
 * Our copies of users' texts, and the lists of their ids: the blobs of runs that have ended. Any number of processes may delete them at
 * once, and one that dies is followed by another, since a run counts as done only after its last blob.
 */
export class RunTexts {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The runs whose texts may be deleted, because nothing of them has changed since a time. The oldest first. */
  async *deletable(before: Date): AsyncGenerator<Run, void, undefined> {
    for await (const run of this.#sources.runs.endedBefore(before, { withTexts: true })) {
      if ((await this.whyNeeded(run, before)) === null) yield run;
    }
  }

  /** Why the texts of a run are still needed; null: they are not. */
  async whyNeeded(run: Run, before: Date | null = null): Promise<string | null> {
    const { claims, batches } = this.#sources;
    if (!endedRunStates.includes(run.state)) return `the run has not ended: its state is ${run.state}`;
    if ((await claims.countActiveOfRun(run._id)) > 0) return 'some of its documents are not counted yet';
    for await (const { _id, state, parked, updatedAt } of batches.ofRun(run._id)) {
      if (state !== 'ingested') return `batch ${_id} is ${parked ? 'parked' : state}`;
      if (before !== null && updatedAt >= before) return `batch ${_id} has changed since`;
    }
    return null;
  }

  /** The blobs that the records of a run name, each once. Some may be deleted by now. */
  async *blobsOf(runId: string): AsyncGenerator<string, void, undefined> {
    for await (const claim of this.#sources.claims.ofRun(runId)) yield* blobsOfClaim(claim);
    for await (const batch of this.#sources.batches.ofRun(runId)) yield* blobsOfBatch(batch);
  }

  /** Deletes them. False: a batch is being reprocessed, so that the rest is left for later. */
  async delete({ _id: runId }: Run): Promise<boolean> {
    const { runs, claims, batches, blobs } = this.#sources;
    for await (const batch of batches.ofRun(runId)) {
      if (batch.textsDeletedAt === undefined && !(await batches.noteTextsDeleted(batch))) return false;
      // After this line the batch is not reprocessed any more, and nothing reads its blobs.
      for (const name of blobsOfBatch(batch)) await blobs.delete(name);
    }
    for await (const claim of claims.ofRun(runId)) {
      for (const name of blobsOfClaim(claim)) await blobs.delete(name);
    }
    await claims.noteTextsDeleted(runId);
    await runs.noteTextsDeleted(runId);
    return true;
  }
}

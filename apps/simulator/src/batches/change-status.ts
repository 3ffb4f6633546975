import { noName } from '../accounts.js';
import type { Simulation } from '../simulation.js';
import { inTransaction } from '../storage/database.js';
import type { Batch, BatchError, BatchStatus } from './batch.js';
import { presentBatch } from './present-batch.js';

/** Changes a batch's state, at a time not before its last change, and stores it. */
export function changeStatus(
  batch: Batch,
  status: Exclude<BatchStatus, 'validating'>,
  atMs: number,
  { batches, clock, database, files }: Simulation,
): void {
  const before = presentBatch(batch, clock.nowMs());
  const moment = Math.max(atMs, batch.changedMs);
  batch.previous = before;
  batch.changedMs = moment;
  batch.status = status;
  batch.times[status] = moment;
  inTransaction(database, () => {
    batches.save(batch);
    if (status === 'completed' || status === 'expired' || status === 'cancelled') showFiles(batch, moment, files);
  });
}

/** Fails a batch that the provider does not process. Nothing is billed. */
export function fail(batch: Batch, errors: readonly BatchError[], atMs: number, simulation: Simulation): void {
  batch.errors = errors;
  changeStatus(batch, 'failed', atMs, simulation);
}

function showFiles(batch: Batch, atMs: number, files: Simulation['files']): void {
  const createdAt = Math.floor(atMs / 1000);
  const shown = [
    { id: batch.outputFileId, bytes: batch.progress.outputBytes, name: 'output' },
    { id: batch.errorFileId, bytes: batch.progress.errorBytes, name: 'error' },
  ];
  for (const { id, bytes, name } of shown) {
    if (bytes === 0) continue;
    const filename = `${batch.id}_${name}.jsonl`;
    const expiresAt = createdAt + batch.outputExpiresSeconds;
    const account = batch.account ?? noName;
    files.insert({ id, purpose: 'batch_output', filename, bytes, createdAt, expiresAt, account, faults: {} });
  }
}

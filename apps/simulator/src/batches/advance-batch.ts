import { refusalNamed, type Refusal } from '../faults/refusals.js';
import type { Simulation } from '../simulation.js';
import type { Batch, BatchError, BatchStatus } from './batch.js';
import { endOf, linesDueAt, staysAsItIs, stretchPlan } from './batch-plan.js';
import { changeStatus, fail } from './change-status.js';
import {
  enqueuedEmbeddingRequests,
  enqueuedTokenLimit,
  enqueuedTokens,
  requestLimitError,
  tokenLimitError,
} from './enqueued.js';
import { processSlice } from './process-slice.js';
import { validateInputFile } from './validate-input-file.js';
import type { Validated } from './validate-input-file.js';
import { writeUnfinished } from './write-unfinished.js';

/** Does the next piece of work on a batch that is due. False: there is nothing to do now. */
export async function advanceBatch(
  batch: Batch,
  others: () => Iterable<Batch>,
  simulation: Simulation,
): Promise<boolean> {
  const nowMs = simulation.clock.nowMs();
  if (staysAsItIs(batch)) return false;
  switch (batch.status) {
    case 'validating':
      if (nowMs < batch.plan.inProgressMs) return false;
      await validate(batch, others, simulation);
      return true;
    case 'in_progress':
      return work(batch, nowMs, simulation);
    case 'finalizing':
      if (nowMs < batch.plan.completedMs) return false;
      changeStatus(batch, 'completed', batch.plan.completedMs, simulation);
      return true;
    case 'cancelling': {
      const dueMs = batch.cancelledDueMs ?? nowMs;
      if (nowMs < dueMs) return false;
      if (!(await writeUnfinished(batch, 'batch_cancelled', simulation))) {
        changeStatus(batch, 'cancelled', dueMs, simulation);
      }
      return true;
    }
    default:
      return false;
  }
}

async function validate(batch: Batch, others: () => Iterable<Batch>, simulation: Simulation): Promise<void> {
  const { files, options } = simulation;
  const { plan } = batch;
  const validated = await validateInputFile(
    files.pathOf(batch.inputFileId),
    batch.inputBytes,
    batch.endpoint,
    options.limits,
    {
      roomFor: ({ id }) => enqueuedTokenLimit(id, options) - enqueuedTokens(others(), id),
      faultOn: (customId) => simulation.faults.fire('input-line', [customId], `${batch.seq}:${customId}`)[0],
    },
  );
  simulation.faults.save();
  // The batch may have been cancelled in the meantime.
  if (statusOf(batch) !== 'validating') return;

  if (validated.model !== null) batch.model = validated.model.id;
  const errors = refusals(batch, validated, others, simulation);
  if (errors.length > 0) fail(batch, errors, plan.inProgressMs, simulation);
  else accept(batch, validated, simulation);
}

/** Why a batch fails after its file was validated. Empty: it does not. */
function refusals(
  { faults }: Batch,
  { errors, model, tokens, requests }: Validated,
  others: () => Iterable<Batch>,
  { options }: Simulation,
): readonly BatchError[] {
  if (errors.length > 0 || model === null) return errors;
  if (faults.refusal !== undefined) return [errorOf(refusalNamed(faults.refusal))];
  if (faults.failCode !== undefined) {
    return [{ code: faults.failCode, message: 'The server had an error.', param: null, line: null }];
  }
  if (faults.tokenLimit !== undefined) return [tokenLimitError(model.id, faults.tokenLimit)];
  const tokenLimit = enqueuedTokenLimit(model.id, options);
  if (enqueuedTokens(others(), model.id) + tokens > tokenLimit) return [tokenLimitError(model.id, tokenLimit)];
  const requestLimit = options.limits.maxEnqueuedEmbeddingRequests;
  if (model.kind === 'embedding' && enqueuedEmbeddingRequests(others()) + requests > requestLimit) {
    return [requestLimitError(requestLimit)];
  }
  return [];
}

function errorOf({ code, message }: Refusal): BatchError {
  return { code: code ?? 'unknown', message, param: null, line: null };
}

function accept(batch: Batch, { requests, tokens, embeddingInputs }: Validated, simulation: Simulation): void {
  batch.progress.total = requests;
  batch.enqueuedTokens = tokens;
  batch.plan = stretchPlan(batch.plan, embeddingInputs / simulation.options.embeddingsPerSecond);
  changeStatus(batch, 'in_progress', batch.plan.inProgressMs, simulation);
}

async function work(batch: Batch, nowMs: number, simulation: Simulation): Promise<boolean> {
  const { plan, progress } = batch;
  const end = endOf(batch);
  const due = Math.min(end.lines, linesDueAt(nowMs, plan, progress.total));
  if (progress.done < due) {
    await processSlice(batch, due - progress.done, simulation);
    return true;
  }
  if (end.status === 'completed') {
    if (nowMs < plan.finalizingMs) return false;
    changeStatus(batch, 'finalizing', plan.finalizingMs, simulation);
    return true;
  }
  if (nowMs < end.atMs) return false;
  const wrote = await writeUnfinished(batch, 'batch_expired', simulation);
  if (!wrote && statusOf(batch) === 'in_progress') changeStatus(batch, 'expired', end.atMs, simulation);
  return true;
}

/** Reads the state again after an await. */
function statusOf(batch: Batch): BatchStatus {
  return batch.status;
}

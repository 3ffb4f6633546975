import { randomBytes } from 'node:crypto';
import { noName } from '../accounts.js';
import { OpenAiError, refusedError } from '../http/openai-error.js';
import type { Simulation } from '../simulation.js';
import { inTransaction } from '../storage/database.js';
import { fileStatus, type StoredFile } from '../storage/file-store.js';
import { newFileId } from '../storage/new-file-id.js';
import type { Batch } from './batch.js';
import { planBatch } from './batch-plan.js';
import { windowMs } from './completion-windows.js';
import { drawBatchFaults } from './draw-batch-faults.js';
import { readBatchCreation } from './read-batch-creation.js';
import { drawTurnaround } from './turnaround.js';

const hourMs = 3_600_000;

/** What a batch takes in the queue of its model. */
export interface Enqueued {
  readonly model: string;
  readonly tokens: number;
}

/**
 * Creates a batch from a request's body and stores it. Throws an OpenAiError for what is refused at once. `enqueued` is what it takes
 * in the queue already; null: nothing before it is validated.
 */
export function createBatch(
  body: Readonly<Record<string, unknown>>,
  account: string,
  simulation: Simulation,
  enqueued: Enqueued | null = null,
): Batch {
  const { clock, batches, options } = simulation;
  const { endpoint, inputFileId, completionWindow, metadata, outputExpiresSeconds } = readBatchCreation(body, options);
  const nowMs = clock.nowMs();
  const file = inputFile(inputFileId, account, nowMs, simulation);
  const atWork = batches.active().filter((batch) => (batch.account ?? noName) === account).length;
  if (atWork >= options.limits.maxActiveBatches) throw refusedError(options.provider.tooManyBatches);
  const perHour = options.limits.maxBatchesPerHour;
  if (batches.countCreatedSince(nowMs - hourMs) >= perHour) {
    throw new OpenAiError(429, `Rate limit reached: at most ${perHour} batches may be created per hour.`, {
      code: 'rate_limit_exceeded',
    });
  }

  const seq = batches.nextSeq();
  const fired = simulation.faults.fire('batch', [JSON.stringify(metadata)], String(seq));
  const drawn = drawBatchFaults(fired, options.limits.maxEnqueuedTokens, nowMs);
  const batch: Batch = {
    seq,
    id: `batch_${randomBytes(16).toString('hex')}`,
    account,
    status: 'validating',
    endpoint,
    model: enqueued?.model ?? null,
    inputFileId,
    inputBytes: file.bytes,
    outputFileId: newFileId(),
    errorFileId: newFileId(),
    outputExpiresSeconds,
    metadata,
    createdMs: nowMs,
    completionWindow,
    expiresMs: nowMs + windowMs(completionWindow),
    plan: planBatch(nowMs, drawTurnaround(options.turnaround, options.seed, seq), drawn.extraSeconds),
    times: {},
    cancelledDueMs: null,
    faults: { ...options.provider.batches, ...drawn.faults },
    progress: {
      total: 0,
      done: 0,
      completed: 0,
      failed: 0,
      inputOffset: 0,
      outputBytes: 0,
      errorBytes: 0,
      inputTokens: 0,
      outputTokens: 0,
    },
    enqueuedTokens: enqueued?.tokens ?? 0,
    errors: null,
    previous: null,
    changedMs: nowMs,
  };
  inTransaction(simulation.database, () => {
    batches.insert(batch);
    simulation.faults.save();
  });
  return batch;
}

/** The file of a batch to create. Throws an OpenAiError for one of which none can be created now. */
export function inputFile(id: string, account: string, nowMs: number, { files }: Simulation): StoredFile {
  const file = files.find(id, Math.floor(nowMs / 1000));
  if (file?.account !== account) throw new OpenAiError(404, `No such File object: ${id}`, { param: 'input_file_id' });
  if (file.purpose !== 'batch') {
    const message = `Invalid file: ${id} has the purpose '${file.purpose}', expected 'batch'.`;
    throw new OpenAiError(400, message, { param: 'input_file_id' });
  }
  const { status } = fileStatus(file, nowMs);
  if (status !== 'processed') {
    // Azure's words: https://learn.microsoft.com/en-us/answers/questions/2203029
    const message =
      `The input file '${id}' is in '${status}' state. Only files with status 'Processed' are accepted for batch ` +
      'inferencing. Please check the file status and try again';
    throw new OpenAiError(400, message, { param: 'input_file_id' });
  }
  return file;
}

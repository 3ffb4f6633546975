import { randomBytes } from 'node:crypto';
import { OpenAiError } from '../http/openai-error.js';
import { isEndpoint, endpoints } from '../perform/endpoints.js';
import type { Simulation } from '../simulation.js';
import type { Batch, BatchFaults } from './batch.js';
import { planBatch } from './batch-plan.js';
import { readMetadata } from './read-metadata.js';
import { inTransaction } from '../storage/database.js';
import { readExpiresAfter } from '../storage/expires-after.js';
import { drawTurnaround } from './turnaround.js';

const windowMs = 24 * 3_600_000;
const outputExpiresSeconds = 30 * 86_400;

/** Makes a batch of a request's body, and stores it. Throws an OpenAiError for what is refused at once. */
export function createBatch(body: Readonly<Record<string, unknown>>, simulation: Simulation): Batch {
  const { clock, files, batches, options } = simulation;
  const { endpoint, input_file_id: inputFileId } = body;
  if (!isEndpoint(endpoint)) {
    const message = `Invalid value for 'endpoint': ${JSON.stringify(endpoint)}. Supported here: ${endpoints.join(', ')}.`;
    throw new OpenAiError(400, message, { param: 'endpoint', code: 'invalid_value' });
  }
  if (body['completion_window'] !== '24h') {
    const message = "Invalid value for 'completion_window': the only value supported is '24h'.";
    throw new OpenAiError(400, message, { param: 'completion_window', code: 'invalid_value' });
  }
  if (typeof inputFileId !== 'string') {
    throw new OpenAiError(400, "Missing required parameter: 'input_file_id'.", { param: 'input_file_id' });
  }
  const metadata = readMetadata(body['metadata']);
  const expiresAfter = readExpiresAfter(body['output_expires_after'], 'output_expires_after');
  const nowMs = clock.nowMs();
  const file = files.find(inputFileId, Math.floor(nowMs / 1000));
  if (file === undefined) throw new OpenAiError(404, `No such File object: ${inputFileId}`, { param: 'input_file_id' });
  if (file.purpose !== 'batch') {
    const message = `Invalid file: ${inputFileId} has the purpose '${file.purpose}', expected 'batch'.`;
    throw new OpenAiError(400, message, { param: 'input_file_id' });
  }
  const perHour = options.limits.maxBatchesPerHour;
  if (batches.countCreatedSince(nowMs - 3_600_000) >= perHour) {
    throw new OpenAiError(429, `Rate limit reached: at most ${perHour} batches may be created per hour.`, {
      code: 'rate_limit_exceeded',
    });
  }

  const seq = batches.nextSeq();
  const drawn = simulation.faults.fire('batch', [JSON.stringify(metadata)], String(seq));
  const value = (what: string, usual: number): number => {
    const fault = drawn.find((one) => one.what === what);
    return fault === undefined ? Number.NaN : Number(fault.value ?? usual);
  };
  const extraSeconds = value('delay', 0) || 0;
  const status = drawn.find(({ what }) => what === 'status');
  const faults: BatchFaults = {
    ...(status === undefined ? {} : { failCode: typeof status.value === 'string' ? status.value : 'server_error' }),
    ...known('tokenLimit', value('token-limit', options.limits.maxEnqueuedTokens)),
    ...known('expirePercent', value('expire', 50)),
    ...known('stallPercent', value('stall', 0)),
    ...known('lineStatus', value('no-output-file', 500)),
  };
  const batch: Batch = {
    seq,
    id: `batch_${randomBytes(16).toString('hex')}`,
    status: 'validating',
    endpoint,
    model: null,
    inputFileId,
    inputBytes: file.bytes,
    outputFileId: newFileId(),
    errorFileId: newFileId(),
    outputExpiresSeconds: expiresAfter ?? outputExpiresSeconds,
    metadata,
    createdMs: nowMs,
    expiresMs: nowMs + windowMs,
    plan: planBatch(nowMs, drawTurnaround(options.turnaround, options.seed, seq), extraSeconds),
    times: {},
    cancelledDueMs: null,
    faults,
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
    enqueuedTokens: 0,
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

export function newFileId(): string {
  return `file-${randomBytes(12).toString('hex')}`;
}

function known(name: keyof BatchFaults, value: number): BatchFaults {
  return Number.isNaN(value) ? {} : { [name]: value };
}

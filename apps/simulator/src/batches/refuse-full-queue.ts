import { OpenAiError } from '../http/openai-error.js';
import type { Simulation } from '../simulation.js';
import type { Batch } from './batch.js';
import { inputFile, type Enqueued } from './create-batch.js';
import { enqueuedTokenLimit, enqueuedTokens } from './enqueued.js';
import { readBatchCreation } from './read-batch-creation.js';
import { validateInputFile } from './validate-input-file.js';

/**
 * What the batch will take in the queue, at a provider that looks at once: Azure's "fail fast". Throws an OpenAiError when the queue
 * has no room for it. Null: a provider that looks while it validates a batch, or a file without a model.
 */
export async function refuseFullQueue(
  body: Readonly<Record<string, unknown>>,
  account: string,
  active: () => readonly Batch[],
  simulation: Simulation,
): Promise<Enqueued | null> {
  const { options, clock, files } = simulation;
  if (options.provider.queueIsFull !== 'at-create') return null;
  const { endpoint, inputFileId } = readBatchCreation(body, options);
  const { bytes } = inputFile(inputFileId, account, clock.nowMs(), simulation);
  const { model, tokens } = await validateInputFile(files.pathOf(inputFileId), bytes, endpoint, options.limits, {
    roomFor: ({ id }) => enqueuedTokenLimit(id, options) - enqueuedTokens(active(), id),
    faultOn: () => undefined,
  });
  if (model === null) return null;
  const limit = enqueuedTokenLimit(model.id, options);
  if (enqueuedTokens(active(), model.id) + tokens <= limit) return { model: model.id, tokens };
  // Azure's words: https://learn.microsoft.com/azure/ai-services/openai/how-to/batch, "Queueing batch jobs".
  const message =
    `The number of enqueued tokens has surpassed the configured limit of ${inThousands(limit)} for the deployment ` +
    `'${model.id}'. Please either increase the limit or try again once the current jobs have finished.`;
  throw new OpenAiError(400, message, { code: 'token_limit_exceeded' });
}

/** `30K`, `1.5K`, `1.5M` */
function inThousands(tokens: number): string {
  return tokens >= 1_000_000 ? `${tokens / 1_000_000}M` : `${tokens / 1_000}K`;
}

import {
  BatchCancelRequested,
  BatchDeferred,
  BatchProcessRequested,
  BatchSettled,
  BatchSubmitted,
  Clock,
  Ids,
  ProcessingError,
  ValidationError,
  delayAfter,
} from '@batchmill/contracts';
import { Pipelines } from '@batchmill/pipeline';
import { Provider, type ProviderBatch } from '@batchmill/provider';
import {
  Batches,
  Budgets,
  Runs,
  providerBatchInfoOf,
  type Batch,
  type Leased,
  type ProviderBatchInfo,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { Consumes, EngineSettings, Stage, Works, jitterFrom } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { nextPollMs } from './next-poll.js';
import { verdictOnBatch } from './verdict-on-batch.js';

const windowMs = 24 * 3_600_000;
const maxDeferralMs = 10 * 60_000;

/** Follows a submitted batch until the provider will do no more on it. */
@Stage({ name: 'status-poller', produces: [BatchSettled, BatchDeferred] })
export class StatusPoller {
  constructor(
    private readonly runs: Runs,
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly pipelines: Pipelines,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  @Works({ on: Batches, in: 'submitted', signaledBy: [BatchSubmitted, BatchCancelRequested, BatchProcessRequested] })
  async *poll(batch: Leased<Batch>): Transitions<BatchSettled | BatchDeferred> {
    const { provider } = batch.data;
    if (provider === null) throw new ProcessingError('batch.not-submitted', `${batch.id} has no provider batch`);
    if (await this.#isToBeCancelled(batch.data, provider)) await this.provider.cancelBatch(provider.batchId);
    const found = await this.provider.retrieveBatch(provider.batchId);
    const verdict = verdictOnBatch(found);
    switch (verdict.is) {
      case 'going':
        yield this.#wait(batch, provider, found);
        return;
      case 'deferred':
        yield* this.#defer(batch, provider, verdict.enqueuedTokenLimit);
        return;
      case 'settled': {
        const { runId, claimId, requests } = batch.data;
        const { reason, failure } = verdict;
        const event = new BatchSettled({
          runId,
          claimId,
          batchId: batch.id,
          providerBatchId: found.id,
          reason,
          requests,
        });
        yield batch
          .with({ provider: providerBatchInfoOf(found, provider), reason, failure: failure ?? batch.data.failure })
          .to('settled', event);
      }
    }
  }

  @Consumes(BatchCancelRequested)
  async *wishCancel({ batchId }: BatchCancelRequested): Transitions {
    if (!(await this.batches.requestCancel(batchId))) await this.#expectKnown(batchId);
  }

  @Consumes(BatchProcessRequested)
  async *wishProcess({ batchId }: BatchProcessRequested): Transitions {
    if (!(await this.batches.requestProcess(batchId))) await this.#expectKnown(batchId);
  }

  #wait(batch: Leased<Batch>, provider: ProviderBatchInfo, found: ProviderBatch): Transition<never> {
    const { pollIntervalMs } = this.pipelines.get(batch.data.pipeline).batch;
    const inMs = nextPollMs(provider.polls, { firstPollMs: this.settings.firstPollMs, pollIntervalMs });
    const changes = { provider: { ...providerBatchInfoOf(found, provider), polls: provider.polls + 1 } };
    const until = new Date(this.clock.now().getTime() + inMs);
    return batch.with({ ...changes, ...this.#overdue(batch.data, provider) }).wait(until);
  }

  /** The same file goes again, later: no document is touched, and no attempt of one is used. */
  async *#defer(batch: Leased<Batch>, provider: ProviderBatchInfo, limit: number | null): Transitions<BatchDeferred> {
    const { runId, claimId, model, submission, previousAttempts } = batch.data;
    if (limit !== null) await this.budgets.learn(this.provider.account, model, limit);
    const bounds = { baseMs: this.settings.retryBaseMs, capMs: maxDeferralMs, jitter: jitterFrom(this.ids) };
    const until = new Date(this.clock.now().getTime() + delayAfter(submission.attempt - 1, bounds));
    const { attempt } = submission;
    yield batch
      .with({
        provider: null,
        submission: { ...submission, attempt: attempt + 1 },
        previousAttempts: [...previousAttempts, { key: provider.key, providerBatchId: provider.batchId }],
      })
      .backOff(
        'built',
        until,
        new BatchDeferred({ runId, claimId, batchId: batch.id, attempt, enqueuedTokenLimit: limit }),
      );
  }

  async #isToBeCancelled(batch: Batch, provider: ProviderBatchInfo): Promise<boolean> {
    if (provider.state === 'cancelling') return false;
    if (batch.cancelRequestedAt !== null || batch.failure?.code === 'batch.overdue') return true;
    const run = await this.runs.get(batch.runId);
    return run?.cancelRequestedAt != null;
  }

  /** Past its window and a grace: told once, and cancelled at the next look. What it has answered by then is kept. */
  #overdue(batch: Batch, { submittedAt }: ProviderBatchInfo): { failure?: Batch['failure'] } {
    const dueAt = submittedAt.getTime() + windowMs + this.settings.overdueGraceMs;
    if (batch.failure !== null || this.clock.now().getTime() < dueAt) return {};
    const message = `the provider has not ended it within ${batch.completionWindow} and a grace`;
    this.log.error('TimeoutError: a batch is overdue; it is cancelled, and its answers so far are kept', {
      batchId: batch._id,
      runId: batch.runId,
    });
    return { failure: { code: 'batch.overdue', message, line: null } };
  }

  async #expectKnown(batchId: string): Promise<void> {
    if ((await this.batches.get(batchId)) !== null) return;
    throw new ValidationError(
      'batch.unknown',
      `there is no batch ${batchId}; batchmill batch list shows what there is`,
    );
  }
}

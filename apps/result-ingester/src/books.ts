import { isSameModel, type PriceTier } from '@batchmill/models';
import { Provider } from '@batchmill/provider';
import {
  Ledger,
  Runs,
  Spendings,
  boughtAnswersOf,
  batchMarkOf,
  dayOf,
  noCost,
  type Batch,
  type FunctionCost,
  type Ingestion,
  type LedgerEntry,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** Enters what a batch has cost into the ledger, and gives back what was reserved for it beyond that. */
@Injectable()
export class Books {
  constructor(
    private readonly ledger: Ledger,
    private readonly spendings: Spendings,
    private readonly runs: Runs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly log: Log,
  ) {}

  /** Before the batch is ingested. When it is repeated after a crash, the entry is replaced by the same. */
  async enter(batch: Batch, ingestion: Ingestion): Promise<void> {
    const { _id: batchId, spending } = batch;
    const paid = paidEntryOf(batch);
    if (paid !== null && batch.reason !== 'lost') {
      this.#reportDifferences(batch, ingestion);
      await this.ledger.book(await this.#entryOf(batch, ingestion, paid));
    }
    await this.#enterReused(batch, ingestion);
    if (spending == null) return;
    await this.spendings.settle(spending.scopes, { batchId, fence: spending.fence }, paidFor(batch, ingestion));
  }

  /** Answers that were not bought have an entry of their own, since their batch may have none. */
  async #enterReused(batch: Batch, { reused = null }: Ingestion): Promise<void> {
    if (reused === null || requestsOf(reused.functions) === 0) return;
    const { createdAt: at } = batch;
    await this.ledger.book({
      ...(await this.#originOf(batch)),
      ...{
        _id: `${batchMarkOf(batch)}.reused`,
        kind: 'reused',
        providerBatchId: null,
        at,
        day: dayOf(at),
        requests: 0,
      },
      ...{ tokens: { input: 0, cached: 0, output: 0 }, cost: noCost, functions: [], wasted: noCost, difference: null },
      reused: reused.functions,
    });
  }

  async #entryOf(batch: Batch, ingestion: Ingestion, { at, ...paid }: PaidEntry): Promise<LedgerEntry> {
    const { tokens, cost, functions = [], unanswered = noCost, unlisted = null } = ingestion;
    return {
      ...paid,
      ...(await this.#originOf(batch)),
      at,
      day: dayOf(at),
      requests: Math.max(boughtAnswersOf(ingestion), requestsOf(functions)),
      tokens: { input: tokens.input, cached: tokens.cached ?? 0, output: tokens.output },
      cost,
      functions,
      wasted: unanswered,
      difference: unlisted,
      ended: batch.reason,
      adopted: batch.adopted === true,
    };
  }

  async #originOf({ runId, pipeline, _id: batchId, model, url }: Batch): Promise<Origin> {
    const run = await this.runs.get(runId);
    return {
      ...{ runId, pipeline, batchId, account: this.provider.account, model, url },
      labels: run?.request?.labels ?? {},
      prices: this.settings.prices.version,
    };
  }

  /** Notes the kept answers of a batch that were used by reprocessing. They are no waste any more. */
  async noteReprocessed(batch: Batch, reprocessed: readonly FunctionCost[]): Promise<void> {
    const paid = paidEntryOf(batch);
    if (paid !== null) await this.ledger.noteReprocessed(paid._id, reprocessed);
  }

  #reportDifferences({ _id: batchId, model, provider }: Batch, { unlisted, otherTier = 0 }: Ingestion): void {
    if (unlisted != null) {
      const { input, output } = unlisted;
      this.log.warn(
        'the provider counts other tokens for the batch than its results show; the higher count is booked',
        {
          batchId,
          inputTokens: input,
          outputTokens: output,
        },
      );
    }
    if (otherTier > 0) {
      const logged = 'the provider answered requests of the batch at another tier, whose price is not that of batches';
      this.log.warn(logged, { batchId, requests: otherTier });
    }
    const answeredBy = provider?.model ?? null;
    if (answeredBy !== null && !isSameModel(answeredBy, model)) {
      this.log.warn('the provider names another model for the batch than was requested', {
        batchId,
        model,
        answeredBy,
      });
    }
  }
}

function requestsOf(functions: Ingestion['functions'] = []): number {
  return functions.reduce((sum, { requests }) => sum + requests, 0);
}

type Origin = Pick<LedgerEntry, 'runId' | 'pipeline' | 'batchId' | 'account' | 'model' | 'url' | 'labels' | 'prices'>;

type PaidEntry = Pick<LedgerEntry, '_id' | 'kind' | 'providerBatchId' | 'at'>;

/** Null: nothing was sent. */
function paidEntryOf(batch: Batch): PaidEntry | null {
  const { provider, synchronous } = batch;
  // The entry stays when the run's id is free again, so that its own does not come of that alone.
  if (synchronous != null)
    return {
      _id: `${batchMarkOf(batch)}.synchronous`,
      kind: 'synchronous',
      providerBatchId: null,
      at: synchronous.startedAt,
    };
  if (provider === null) return null;
  const { providerBatchId, createdAt } = provider;
  return { _id: providerBatchId, kind: 'batch', providerBatchId, at: createdAt };
}

/** In nano-dollars; null: it is not known. */
function paidFor({ reason, provider, submission, synchronous }: Batch, ingestion: Ingestion): number | null {
  const { part, cost, functions } = ingestion;
  if (reason === 'lost') return provider === null && submission.armed === null ? 0 : null;
  if (synchronous != null) {
    // Calls without an answer, and answers that do not say their usage.
    const isUnseen = synchronous.unclear > 0 || boughtAnswersOf(ingestion) > requestsOf(functions);
    return cost.incomplete || part !== 'end' || isUnseen ? null : cost.nanoUsd;
  }
  if (provider === null) return 0;
  // One that could not be ingested to its end may have cost more.
  if (cost.incomplete || part !== 'end') return null;
  // Answers that the provider counts, of which neither they nor the batch say the usage.
  const isUnseen = provider.usage == null && provider.counts.completed > requestsOf(functions);
  return isUnseen ? null : cost.nanoUsd;
}

/** What the requests of a batch are paid at, where their answers name no other tier. */
export function tierOf({ synchronous }: Pick<Batch, 'synchronous'>): PriceTier {
  return synchronous == null ? 'batch' : 'standard';
}

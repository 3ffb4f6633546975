import type { Clock } from '@batchmill/contracts';
import { embeddingCallLimits } from '@batchmill/provider';
import type { Batch } from '../batch.js';
import type { Batches } from '../batches.js';
import type { Claim, Claims } from '../claims.js';
import type { Amounts } from '../rates/rate-bucket.js';
import type { Run } from '../runs.js';
import { forecastDeadline, type DeadlineForecast, type Unfinished } from './deadline-forecast.js';

/** A forecast is used again for this long: all batches of a run ask for it. */
const keptMs = 2_000;

/** The forecasts of runs that have a deadline, from their claims and batches. */
export class DeadlineForecasts {
  readonly #kept = new Map<string, { readonly until: number; readonly forecast: Promise<DeadlineForecast> }>();

  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly perMinute: Amounts,
    private readonly clock: Clock,
  ) {}

  /** Null: the run has no deadline. */
  async of(run: Run | null): Promise<DeadlineForecast | null> {
    if (run?.deadlineAt == null) return null;
    const now = this.clock.now().getTime();
    for (const [id, { until }] of this.#kept) if (now >= until) this.#kept.delete(id);
    const kept = this.#kept.get(run._id);
    if (kept !== undefined) return kept.forecast;
    const forecast = this.#forecast(run, run.deadlineAt);
    // Those who ask while it is made get the same, and it is kept from its end on.
    this.#kept.set(run._id, { until: Infinity, forecast });
    try {
      const made = await forecast;
      this.#kept.set(run._id, { until: this.clock.now().getTime() + keptMs, forecast });
      return made;
    } catch (error) {
      this.#kept.delete(run._id);
      throw error;
    }
  }

  async #forecast(run: Run, deadlineAt: Date): Promise<DeadlineForecast> {
    const unfinished: Unfinished[] = [];
    const sums = { documents: 0, calls: 0, tokens: 0 };
    const claims = new Map<string, ClaimView>();
    for await (const claim of this.claims.ofRun(run._id))
      claims.set(claim._id, { claim, open: 0, retried: 0, built: 0 });
    for await (const batch of this.batches.ofRun(run._id)) {
      const all = { calls: callsOf(batch), tokens: tokensOf(batch) };
      sums.documents += batch.documents;
      sums.calls += all.calls;
      sums.tokens += all.tokens;
      const view = claims.get(batch.claimId);
      if (view !== undefined) view.built += batch.documents;
      if (batch.state === 'ingested' || batch.state === 'reprocessing') {
        if (view !== undefined) view.retried += batch.ingestion.retried;
        continue;
      }
      if (view !== undefined) view.open += batch.documents;
      if (batch.state === 'settled' || batch.requests === 0) continue;
      unfinished.push(unfinishedOf(batch, all));
    }
    const documents = unbuiltDocuments(run, [...claims.values()]);
    const perDocument = (sum: number): number => (sums.documents === 0 ? 0 : sum / sums.documents);
    const unbuilt = {
      calls: Math.ceil(documents * perDocument(sums.calls)),
      tokens: Math.ceil(documents * perDocument(sums.tokens)),
    };
    return forecastDeadline({ deadlineAt, batches: unfinished, unbuilt, perMinute: this.perMinute });
  }
}

interface ClaimView {
  readonly claim: Claim;
  /** Documents in batches that are not ingested. */
  open: number;
  retried: number;
  built: number;
}

/** Documents that wait to be put into a batch: not claimed yet, not built yet, or to be requested again. */
function unbuiltDocuments({ scan }: Run, claims: readonly ClaimView[]): number {
  const unscanned = scan.ended ? 0 : Math.max(0, (scan.expected ?? 0) - scan.selected);
  return claims.reduce((sum, { claim, built, retried }) => {
    switch (claim.state) {
      case 'open':
      case 'sealed':
        return sum + Math.max(0, claim.documents - built);
      case 'built':
        return sum + retried;
      case 'done':
        return sum;
    }
  }, unscanned);
}

function unfinishedOf(batch: Batch, all: { calls: number; tokens: number }): Unfinished {
  const { _id, state } = batch;
  const answeredShare = Math.min(1, answeredShareOf(batch));
  const isAtProvider = state === 'submitted';
  const left = 1 - answeredShare;
  return { batchId: _id, isAtProvider, answeredShare, calls: all.calls * left, tokens: all.tokens * left };
}

function answeredShareOf({ requests, provider, synchronous, fileBytes }: Batch): number {
  if (synchronous != null) return synchronous.offset / Math.max(1, fileBytes);
  return provider === null ? 0 : provider.counts.completed / Math.max(1, requests);
}

/** Many inputs go to a call. */
function callsOf({ url, requests, inputTokens }: Batch): number {
  if (url !== '/v1/embeddings') return requests;
  const { maxInputs, maxTokens } = embeddingCallLimits;
  return Math.ceil(Math.max(requests / maxInputs, inputTokens / maxTokens));
}

function tokensOf({ inputTokens, worst }: Batch): number {
  return inputTokens + (worst?.outputTokens ?? 0);
}

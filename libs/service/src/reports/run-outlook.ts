import { completionWindowMs } from '@batchmill/contracts';
import { allRequestsOf, type Batch, type Claim, type Run } from '@batchmill/records';
import type { Prospect } from './prospect.js';

/** How many batches of a run are in each state. Those that send nothing are left out. `ended`: ingested. */
export interface BatchCounts {
  readonly built: number;
  readonly submitted: number;
  readonly settled: number;
  readonly ended: number;
}

/** What comes next in a run, and when. Times are ISO 8601, by our clock; null: it does not come. */
export interface RunOutlook extends Prospect {
  readonly requestedAt: string;
  /** Since when the provider has had a batch that it has not settled; of the first of them. */
  readonly atProviderSince: string | null;
  /** When the next batch at the provider is polled. In the past: it is due. */
  readonly nextPollAt: string | null;
  /** When the completion window of the last batch at the provider ends. */
  readonly windowEndsAt: string | null;
  /** When the first requests that wait for a retry are requested again. */
  readonly retryAt: string | null;
}

/** Counts the claims of a run, then its batches, and tells how far it is and what comes next. */
export class RunOutlooks {
  readonly #claims = new Map<string, ClaimView>();
  readonly #retried = new Set<string>();
  readonly #counts = { built: 0, submitted: 0, settled: 0, ended: 0 };
  #atProviderSinceMs = Infinity;
  #nextPollMs = Infinity;
  #windowEndsMs = -Infinity;

  addClaim({ _id, state, documents, counts, previousClaimId }: Claim): void {
    const ended = counts === null ? 0 : counts.succeeded + counts.failed + counts.left + counts.takenOver;
    const none = { openDocuments: 0, openBatches: 0, retried: 0, endedRequests: 0, retryAtMs: -Infinity };
    this.#claims.set(_id, { state, documents, ended, previousClaimId, ...none });
    if (previousClaimId !== null) this.#retried.add(previousClaimId);
  }

  addBatch(batch: Batch): void {
    const { state, requests, documents, ingestion } = batch;
    const hasEnded = state === 'ingested' || state === 'reprocessing';
    if (requests > 0) this.#counts[hasEnded ? 'ended' : state] += 1;
    const claim = this.#claims.get(batch.claimId);
    if (hasEnded) {
      if (claim !== undefined) {
        claim.retried += ingestion.retried;
        claim.endedRequests += allRequestsOf(batch);
        claim.retryAtMs = Math.max(claim.retryAtMs, ingestion.retryAt?.getTime() ?? -Infinity);
      }
      return;
    }
    if (claim !== undefined) {
      claim.openDocuments += documents;
      claim.openBatches += 1;
    }
    if (state === 'submitted') this.#addSubmitted(batch);
  }

  get batches(): BatchCounts {
    return this.#counts;
  }

  /** Documents that have ended, at least: those of batches that are ingested, without those that are requested again. */
  get processed(): number {
    let processed = 0;
    for (const { state, documents, ended, openDocuments, retried } of this.#claims.values()) {
      if (state === 'done') processed += ended;
      else if (state === 'built') processed += Math.max(0, documents - openDocuments - retried);
    }
    return processed;
  }

  /** Requests that are sent again, or will be, and have not ended. */
  get retrying(): number {
    let retrying = 0;
    for (const [id, claim] of this.#claims) {
      if (claim.state === 'done') continue;
      if (!this.#retried.has(id)) retrying += claim.retried;
      const previous = claim.previousClaimId === null ? undefined : this.#claims.get(claim.previousClaimId);
      if (previous !== undefined) retrying += Math.max(0, previous.retried - claim.endedRequests);
    }
    return retrying;
  }

  of({ createdAt }: Run, prospect: Prospect): RunOutlook {
    return {
      ...prospect,
      requestedAt: createdAt.toISOString(),
      atProviderSince: isoOf(this.#atProviderSinceMs),
      nextPollAt: isoOf(this.#nextPollMs),
      windowEndsAt: isoOf(this.#windowEndsMs),
      retryAt: isoOf(this.#retryAtMs()),
    };
  }

  #addSubmitted({ provider, parked, otherAccount = null, nextAt, backoffUntil, completionWindow }: Batch): void {
    if (provider === null || parked || otherAccount !== null) return;
    const submittedMs = provider.submittedAt.getTime();
    this.#atProviderSinceMs = Math.min(this.#atProviderSinceMs, submittedMs);
    this.#nextPollMs = Math.min(this.#nextPollMs, Math.max(nextAt.getTime(), backoffUntil.getTime()));
    this.#windowEndsMs = Math.max(this.#windowEndsMs, submittedMs + completionWindowMs(completionWindow));
  }

  /** Claims that are closed, and requested again in part, when the time has come. */
  #toRetry(): ClaimView[] {
    return [...this.#claims]
      .filter(([id, { state, openBatches, retried }]) => {
        return state === 'built' && openBatches === 0 && retried > 0 && !this.#retried.has(id);
      })
      .map(([, claim]) => claim);
  }

  #retryAtMs(): number {
    return this.#toRetry().reduce((first, { retryAtMs }) => Math.min(first, retryAtMs), Infinity);
  }
}

interface ClaimView {
  readonly state: Claim['state'];
  readonly documents: number;
  /** Documents by what became of them; 0 until it is done. */
  readonly ended: number;
  readonly previousClaimId: string | null;
  /** Of its batches that are not ingested. */
  openDocuments: number;
  openBatches: number;
  /** Requests of its other batches. */
  endedRequests: number;
  retried: number;
  retryAtMs: number;
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

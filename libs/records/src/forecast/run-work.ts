import { embeddingCallLimits } from '@batchmill/provider';
import { askedRequestsOf } from '../batch.js';
import type { BatchOutline } from '../batch-outline.js';
import type { Claim } from '../claims.js';
import type { Run } from '../runs.js';

/** What requests take: of the provider's queue, and of the rate limit of the synchronous endpoints. */
export interface Amount {
  readonly documents: number;
  readonly requests: number;
  /** Of the prompts. The queue counts these. */
  readonly inputTokens: number;
  /** Synchronous calls. Many inputs for embeddings go to one. */
  readonly calls: number;
  /** Of the prompts, and the most that is answered. The rate limit counts these. */
  readonly tokens: number;
}

/** Requests of batches that are ingested, which are sent again. */
export interface Rest extends Amount {
  readonly claimId: string;
  /** When they are due, as soon as all batches of their claim are ingested; null: at once. */
  readonly retryAt: Date | null;
}

/** What a run has to do with one model. */
export interface ModelWork {
  readonly model: string;
  /** The provider's path, as `/v1/embeddings`. */
  readonly url: string;
  /** Of all batches so far. */
  readonly built: Amount;
  /** Documents of the largest batch so far. */
  readonly largestBatch: number;
  /** Of the batches that are ingested. */
  readonly ended: {
    readonly batches: number;
    readonly withRetries: number;
    readonly requests: number;
    readonly retried: number;
  };
  /** Batches with requests that are not ingested: those to be sent in the order of their creation. */
  readonly unfinished: readonly BatchOutline[];
  /** Of documents that are in no batch yet, by the mean of the batches so far. */
  readonly unbuilt: Amount;
  readonly rests: readonly Rest[];
}

/** What a run has to do, by its claims and batches. */
export interface RunWork {
  readonly models: readonly ModelWork[];
  /** Documents that are not claimed yet; null: it is not known how many. */
  readonly unscanned: number | null;
  /** Documents in claims that are not built. */
  readonly claimed: number;
  readonly batches: readonly BatchOutline[];
  readonly claims: readonly Claim[];
}

const none: Amount = { documents: 0, requests: 0, inputTokens: 0, calls: 0, tokens: 0 };

/** Adds up claims and batches of a run. */
export function workOf(run: Run, claims: readonly Claim[], batches: readonly BatchOutline[]): RunWork {
  const kinds = new Map<string, BatchOutline[]>();
  for (const batch of batches) {
    if (batch.requests === 0) continue;
    const kind = `${batch.url} ${batch.model}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, [batch]);
    else known.push(batch);
  }
  const unscanned = unscannedOf(run);
  const toBuild = claims.filter(({ state }) => state === 'open' || state === 'sealed');
  const repaired = new Set(claims.filter(({ state }) => state === 'done').map(({ _id }) => _id));
  return {
    models: [...kinds.values()].map((ofKind) => modelWorkOf(ofKind, { unscanned: unscanned ?? 0, toBuild, repaired })),
    unscanned,
    claimed: toBuild.reduce((sum, { documents }) => sum + documents, 0),
    batches,
    claims,
  };
}

/** A request takes as much of the rate limit whether it is sent alone or not; a call takes many inputs for embeddings. */
export function amountOf({ url, documents, requests, inputTokens, worst }: BatchOutline): Amount {
  const { maxInputs, maxTokens } = embeddingCallLimits;
  const calls =
    url === '/v1/embeddings' ? Math.ceil(Math.max(requests / maxInputs, inputTokens / maxTokens)) : requests;
  return { documents, requests, inputTokens, calls, tokens: inputTokens + (worst?.outputTokens ?? 0) };
}

/** The share of its requests that are answered, from 0 to 1. */
export function answeredShareOf({ requests, provider, synchronous, fileBytes }: BatchOutline): number {
  const share =
    synchronous != null
      ? synchronous.offset / Math.max(1, fileBytes)
      : (provider?.counts.completed ?? 0) / Math.max(1, requests);
  return Math.min(1, share);
}

/** True once its answers are stored. What they lack is requested again by the claim. */
export function isIngested({ state }: BatchOutline): boolean {
  return state === 'ingested' || state === 'reprocessing';
}

/** A part of an amount. */
export function partOf(amount: Amount, share: number): Amount {
  return {
    documents: amount.documents * share,
    requests: amount.requests * share,
    inputTokens: amount.inputTokens * share,
    calls: amount.calls * share,
    tokens: amount.tokens * share,
  };
}

/** The sum of two amounts. */
export function addAmounts(a: Amount, b: Amount): Amount {
  return {
    documents: a.documents + b.documents,
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    calls: a.calls + b.calls,
    tokens: a.tokens + b.tokens,
  };
}

interface Unbuilt {
  readonly unscanned: number;
  readonly toBuild: readonly Claim[];
  /** Claims whose requests are sent again already, or not at all. */
  readonly repaired: ReadonlySet<string>;
}

function modelWorkOf(batches: readonly BatchOutline[], { unscanned, toBuild, repaired }: Unbuilt): ModelWork {
  const [first] = batches;
  const built = batches.map(amountOf).reduce(addAmounts, none);
  const builtIn = new Map<string, number>();
  for (const { claimId, documents } of batches) builtIn.set(claimId, (builtIn.get(claimId) ?? 0) + documents);
  const documents = toBuild.reduce(
    (sum, claim) => sum + Math.max(0, claim.documents - (builtIn.get(claim._id) ?? 0)),
    unscanned,
  );
  const ended = { batches: 0, withRetries: 0, requests: 0, retried: 0 };
  const rests: Rest[] = [];
  for (const batch of batches.filter(isIngested)) {
    const { retried, retryAt } = batch.ingestion;
    ended.batches += 1;
    ended.requests += batch.requests;
    ended.retried += retried;
    if (retried === 0) continue;
    ended.withRetries += 1;
    if (repaired.has(batch.claimId)) continue;
    const share = Math.min(1, retried / Math.max(1, askedRequestsOf(batch)));
    rests.push({ ...partOf(amountOf(batch), share), claimId: batch.claimId, retryAt });
  }
  return {
    model: first?.model ?? '',
    url: first?.url ?? '',
    built,
    largestBatch: batches.reduce((most, batch) => Math.max(most, batch.documents), 0),
    ended,
    unfinished: batches
      .filter((batch) => !isIngested(batch) && batch.state !== 'settled')
      .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),
    unbuilt: built.documents === 0 ? none : partOf(built, documents / built.documents),
    rests,
  };
}

/** By what was counted at its begin, or by an estimate. Null: neither was made, and the scan goes on. */
function unscannedOf({ scan, predicted }: Run): number | null {
  if (scan.ended) return 0;
  const expected = scan.expected ?? predicted?.documents;
  return expected === undefined ? null : Math.max(0, expected - scan.selected);
}

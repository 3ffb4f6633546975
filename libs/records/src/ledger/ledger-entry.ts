import type { SettledReason } from '@batchmill/contracts/events';
import type { Fields } from '@batchmill/store';
import type { FunctionCost } from '../ingestion.js';
import type { Cost } from '../run-totals.js';

/**
 * What the provider billed, or will bill. batch: the answers of a batch. synchronous: calls of a synchronous endpoint. orphan: a
 * provider batch whose answers are not used. reused: nothing is billed, because the answers were there.
 */
export type LedgerKind = 'batch' | 'synchronous' | 'orphan' | 'reused';

/** One line of the ledger. It is written once more, with the same id, when its writer is repeated. */
export interface LedgerEntry extends Fields {
  readonly _id: string;
  readonly kind: LedgerKind;
  readonly runId: string;
  readonly pipeline: string;
  readonly batchId: string;
  readonly providerBatchId: string | null;
  readonly account: string;
  readonly model: string;
  /** The provider's path: `/v1/embeddings`. */
  readonly url: string;
  /** When the provider took it; `day` is its day in UTC. */
  readonly at: Date;
  readonly day: string;
  /** Those of the run. */
  readonly labels: Readonly<Record<string, string>>;
  /** Billed requests. */
  readonly requests: number;
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number };
  /** Incomplete: the price is not known, so that the entry has none. */
  readonly cost: Cost;
  readonly functions: readonly FunctionCost[];
  /** Of the cost, what was paid for results that are no answers, and for answers that could not be used. */
  readonly wasted: Cost;
  /** The edition of the prices. */
  readonly prices: string;
  /** What the provider counted beyond the results that it showed; null where both agree, or it does not say. */
  readonly difference: { readonly input: number; readonly output: number } | null;
  /** How the batch ended; missing: it is none, or nobody says it. */
  readonly ended?: SettledReason | null;
  /** True where the answer to the create call was lost, and the provider batch was found and not sent again. */
  readonly adopted?: boolean;
  /** Kept answers that were used later, by reprocessing. Their cost is in `cost` and in `wasted`; missing: none were. */
  readonly reprocessed?: readonly FunctionCost[];
  /** Answers to earlier requests that were used once more, with what they would have cost; missing: none were. */
  readonly reused?: readonly FunctionCost[];
}

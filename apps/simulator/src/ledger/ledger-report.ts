import type { BatchStore } from '../batches/batch-store.js';
import type { FileStore, StoredFile } from '../storage/file-store.js';
import { nothingBilled, type BilledTwice, type Ledger, type Totals } from './ledger.js';

/** What `GET /admin/ledger` returns. The totals cover batches and synchronous calls. */
export interface LedgerReport extends Totals {
  readonly twice: readonly BilledTwice[];
  /** Newest first. `requests` is 0 until validated; `billed` counts its billed lines, and `usage` is what they cost. */
  readonly batches: readonly {
    readonly id: string;
    readonly status: string;
    readonly metadata: Readonly<Record<string, string>> | null;
    readonly requests: number;
    readonly billed: number;
    readonly usage: Omit<Totals, 'requests'>;
  }[];
  /** The files that exist now. */
  readonly files: readonly StoredFile[];
  /** The share of the synchronous endpoints in the totals. */
  readonly synchronous: Totals;
}

export function reportLedger(ledger: Ledger, batches: BatchStore, files: FileStore, nowSeconds: number): LedgerReport {
  const batched = ledger.batchTotals();
  const synchronous = ledger.synchronousTotals();
  const billedOf = ledger.totalsByBatch();
  return {
    requests: batched.requests + synchronous.requests,
    inputTokens: batched.inputTokens + synchronous.inputTokens,
    outputTokens: batched.outputTokens + synchronous.outputTokens,
    usd: batched.usd + synchronous.usd,
    nanoUsd: batched.nanoUsd + synchronous.nanoUsd,
    twice: ledger.billedTwice(),
    batches: batches.list(-1).map(({ id, seq, status, metadata, progress }) => {
      const { requests: billed, ...usage } = billedOf.get(seq) ?? nothingBilled;
      return { id, status, metadata, requests: progress.total, billed, usage };
    }),
    files: files.list({ nowSeconds }),
    synchronous,
  };
}

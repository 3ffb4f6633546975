import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Model, ServiceTier } from '../perform/models.js';

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input, what the cache of prompts held; missing: nothing. */
  readonly cachedTokens?: number;
}

/** One answered line of a batch. */
export interface BilledLine extends Usage {
  readonly batchSeq: number;
  readonly customId: string;
  /** SHA-256 of the request's body. */
  readonly bodyHash: Uint8Array;
  readonly model: Model;
  /** It was answered at another tier than that of batches. */
  readonly isFullPrice: boolean;
}

export interface Totals extends Usage {
  readonly requests: number;
  readonly usd: number;
  /** The same in whole nano-dollars, to compare with other books. Each line and each call is rounded to one. */
  readonly nanoUsd: number;
}

export const nothingBilled: Totals = { requests: 0, inputTokens: 0, outputTokens: 0, usd: 0, nanoUsd: 0 };

export interface BilledTwice {
  readonly customId: string;
  readonly times: number;
  readonly batches: readonly string[];
}

/** What was billed. A row is stored before its answer is visible, and never twice for one line of one batch. */
export class Ledger {
  readonly #database: DatabaseSync;
  readonly #insertLine: StatementSync;
  readonly #insertSynchronous: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insertLine = database.prepare('INSERT OR IGNORE INTO billed_lines VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#insertSynchronous = database.prepare(
      'INSERT INTO billed_calls (endpoint, model, input_tokens, output_tokens, nano_usd) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** Call it in the transaction that stores the batch's progress. */
  bill(line: BilledLine): void {
    const { batchSeq, customId, bodyHash, model, inputTokens, outputTokens } = line;
    const nanoUsd = priceNanoUsd(model, line, { half: !line.isFullPrice });
    this.#insertLine.run(batchSeq, customId, bodyHash, model.id, inputTokens, outputTokens, nanoUsd);
  }

  billSynchronous(endpoint: string, model: Model, usage: Usage, tier: ServiceTier): void {
    // The tier flex costs what a batch costs.
    const nanoUsd = priceNanoUsd(model, usage, { half: tier === 'flex' });
    this.#insertSynchronous.run(endpoint, model.id, usage.inputTokens, usage.outputTokens, nanoUsd);
  }

  batchTotals(): Totals {
    return this.#totals('billed_lines');
  }

  synchronousTotals(): Totals {
    return this.#totals('billed_calls');
  }

  /** The same `custom_id` with the same body, billed by more than one batch. */
  billedTwice(): BilledTwice[] {
    return this.#database
      .prepare(
        `SELECT custom_id, count(*) AS times, json_group_array(batches.id) AS batches
         FROM billed_lines JOIN batches ON batches.seq = billed_lines.batch
         GROUP BY custom_id, body_hash HAVING count(*) > 1 ORDER BY custom_id`,
      )
      .all()
      .map((row) => ({
        customId: String(row['custom_id']),
        times: Number(row['times']),
        batches: JSON.parse(String(row['batches'])) as string[], // built by the query above
      }));
  }

  /** By the batch's number. Batches of which nothing was billed are left out. */
  totalsByBatch(): ReadonlyMap<number, Totals> {
    const rows = this.#database.prepare(`SELECT batch, ${sums} FROM billed_lines GROUP BY batch`).all();
    return new Map(rows.map((row) => [Number(row['batch']), totalsIn(row)]));
  }

  #totals(table: 'billed_lines' | 'billed_calls'): Totals {
    return totalsIn(this.#database.prepare(`SELECT ${sums} FROM ${table}`).get());
  }
}

const sums =
  'count(*) AS requests, total(input_tokens) AS input, total(output_tokens) AS output, total(nano_usd) AS nano_usd';

/** Of a row with these sums. */
function totalsIn(row: Readonly<Record<string, unknown>> | undefined): Totals {
  return {
    requests: Number(row?.['requests']),
    inputTokens: Number(row?.['input']),
    outputTokens: Number(row?.['output']),
    usd: Number(row?.['nano_usd']) / nanoPerUsd,
    nanoUsd: Number(row?.['nano_usd']),
  };
}

const nanoPerUsd = 1e9;

/** What the provider charges for it, in whole nano-dollars: half of it in a batch. Half a nano-dollar is rounded up. */
export function priceNanoUsd(model: Model, usage: Usage, { half = false } = {}): number {
  const { inputTokens, outputTokens, cachedTokens = 0 } = usage;
  // Of a price in dollars per million tokens, a micro-dollar is a pico-dollar per token, so that all of it is whole.
  const pico =
    pricePico(inputTokens - cachedTokens, model.inputUsd) +
    pricePico(cachedTokens, model.cachedInputUsd) +
    pricePico(outputTokens, model.outputUsd);
  const divisor = half ? 2_000n : 1_000n;
  return Number((pico + divisor / 2n) / divisor);
}

function pricePico(tokens: number, usdPerMillion: number): bigint {
  return BigInt(tokens) * BigInt(Math.round(usdPerMillion * 1e6));
}

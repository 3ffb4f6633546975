import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Model, ServiceTier } from '../perform/models.js';

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One answered line of a batch. */
export interface BilledLine extends Usage {
  readonly batchSeq: number;
  readonly customId: string;
  /** SHA-256 of the request's body. */
  readonly bodyHash: Uint8Array;
  readonly model: Model;
}

export interface Totals extends Usage {
  readonly requests: number;
  readonly usd: number;
}

export const nothingBilled: Totals = { requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 };

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
    this.#insertLine = database.prepare('INSERT OR IGNORE INTO billed VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#insertSynchronous = database.prepare(
      'INSERT INTO billed_synchronously (endpoint, model, input_tokens, output_tokens, usd) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** Call it in the transaction that stores the batch's progress. */
  bill(line: BilledLine): void {
    const { batchSeq, customId, bodyHash, model, inputTokens, outputTokens } = line;
    const usd = priceUsd(model, line) / 2;
    this.#insertLine.run(batchSeq, customId, bodyHash, model.id, inputTokens, outputTokens, usd);
  }

  billSynchronous(endpoint: string, model: Model, usage: Usage, tier: ServiceTier): void {
    const usd = priceUsd(model, usage) / dividedBy[tier];
    this.#insertSynchronous.run(endpoint, model.id, usage.inputTokens, usage.outputTokens, usd);
  }

  batchTotals(): Totals {
    return this.#totals('billed');
  }

  synchronousTotals(): Totals {
    return this.#totals('billed_synchronously');
  }

  /** The same `custom_id` with the same body, billed by more than one batch. */
  billedTwice(): BilledTwice[] {
    return this.#database
      .prepare(
        `SELECT custom_id, count(*) AS times, json_group_array(batches.id) AS batches
         FROM billed JOIN batches ON batches.seq = billed.batch
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
    const rows = this.#database.prepare(`SELECT batch, ${sums} FROM billed GROUP BY batch`).all();
    return new Map(rows.map((row) => [Number(row['batch']), totalsIn(row)]));
  }

  #totals(table: 'billed' | 'billed_synchronously'): Totals {
    return totalsIn(this.#database.prepare(`SELECT ${sums} FROM ${table}`).get());
  }
}

/** The tier flex costs what a batch costs. */
const dividedBy: Readonly<Record<ServiceTier, number>> = { default: 1, flex: 2 };

const sums = 'count(*) AS requests, total(input_tokens) AS input, total(output_tokens) AS output, total(usd) AS usd';

/** Of a row with these sums. */
function totalsIn(row: Readonly<Record<string, unknown>> | undefined): Totals {
  return {
    requests: Number(row?.['requests']),
    inputTokens: Number(row?.['input']),
    outputTokens: Number(row?.['output']),
    usd: Number(row?.['usd']),
  };
}

/** What the synchronous endpoints charge for it. */
export function priceUsd(model: Model, usage: Usage): number {
  return (usage.inputTokens * model.inputUsd + usage.outputTokens * model.outputUsd) / 1e6;
}

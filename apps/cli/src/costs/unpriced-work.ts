import { dayOf, type LedgerEntry } from '@batchmill/records';
import { formatQuantity } from '../show/format.js';

/** Billed requests of a model whose cost is not known. */
export interface UnpricedModel {
  readonly model: string;
  /** price: no price of the model is known. usage: the provider named a tier without a price, or no tokens. */
  readonly lacks: 'price' | 'usage';
  readonly requests: number;
  readonly tokens: LedgerEntry['tokens'];
  /** The day of the first of them. */
  readonly from: string;
}

/** Collects the entries whose cost is not known. */
export class UnpricedWork {
  readonly #models = new Map<string, UnpricedModel>();

  constructor(private readonly isPriced: (model: string, at: Date) => boolean) {}

  get models(): readonly UnpricedModel[] {
    return [...this.#models.values()];
  }

  /** Entries are added the oldest first. */
  add({ cost, model, at, requests, tokens }: LedgerEntry): void {
    if (!cost.incomplete) return;
    const lacks = this.isPriced(model, at) ? 'usage' : 'price';
    const id = `${lacks} ${model}`;
    const before = this.#models.get(id);
    this.#models.set(id, {
      model,
      lacks,
      requests: (before?.requests ?? 0) + requests,
      tokens: {
        input: (before?.tokens.input ?? 0) + tokens.input,
        cached: (before?.tokens.cached ?? 0) + tokens.cached,
        output: (before?.tokens.output ?? 0) + tokens.output,
      },
      from: before?.from ?? dayOf(at),
    });
  }
}

/** What is in no sum and why, and what to write where a price is missing. Empty without any. */
export function unpricedText(models: readonly UnpricedModel[]): string {
  const lines = models.map(({ model, lacks, requests }) => {
    const what = `not in these sums: ${formatQuantity(requests, 'request')} of ${model}`;
    return lacks === 'price'
      ? `${what}, whose price is not known`
      : `${what}: the provider named a tier without a price, or no tokens`;
  });
  const missing = models.filter(({ lacks }) => lacks === 'price');
  if (missing.length > 0) {
    const entries = missing.map(({ model, from }) => ({ model, from, inputUsd: 0, outputUsd: 0 }));
    lines.push(
      'write US dollars per million tokens into a file that BATCHMILL_PRICES names; they count for batches from then on:',
      JSON.stringify(entries),
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

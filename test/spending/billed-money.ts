import type { LedgerReport } from '@batchmill/simulator';

/** What the provider has billed in each scope, beside the highest limit that was valid there. It knows nothing of our books. */
export class BilledMoney {
  /** By the key of a provider batch: the scopes in which money was reserved when it was created. */
  readonly #scopes = new Map<string, readonly string[]>();
  readonly #highest = new Map<string, number>();

  /** `scope`: the beginning of its id, for a limit that holds on every day. In nano-dollars; null: there is no limit. */
  allow(scope: string, limit: number | null): void {
    this.#highest.set(scope, Math.max(this.#highest.get(scope) ?? 0, limit ?? Number.POSITIVE_INFINITY));
  }

  noteCreate(key: string, scopes: readonly string[]): void {
    this.#scopes.set(key, scopes);
  }

  /** What is wrong now. */
  problemsIn({ batches }: LedgerReport): string[] {
    const without = batches.filter((one) => !this.#scopes.has(keyOf(one)));
    const passed = [...this.billedIn(batches)].flatMap(([scope, nanoUsd]) => {
      const limit = this.#limitOf(scope);
      return nanoUsd <= limit ? [] : [`${scope} was billed ${nanoUsd} nano-dollars, its highest limit was ${limit}`];
    });
    return [...without.map(({ id }) => `nothing was reserved for ${id}`), ...passed];
  }

  /** In nano-dollars by scope. */
  billedIn(batches: LedgerReport['batches']): ReadonlyMap<string, number> {
    const billed = new Map<string, number>();
    for (const one of batches) {
      for (const scope of this.#scopes.get(keyOf(one)) ?? [])
        billed.set(scope, (billed.get(scope) ?? 0) + one.usage.nanoUsd);
    }
    return billed;
  }

  #limitOf(scope: string): number {
    const named = [...this.#highest].find(([name]) => scope === name || matchesDay(scope, name));
    if (named === undefined) throw new Error(`${scope}: no limit is known of it`);
    return named[1];
  }
}

function keyOf({ metadata }: LedgerReport['batches'][number]): string {
  return metadata?.['batchmill_key'] ?? '';
}

/** `pipeline|north` and `account` stand for every day of theirs. */
function matchesDay(scope: string, name: string): boolean {
  const [of, , which] = scope.split('|');
  return name === 'account' ? of === 'account' : name === `${of}|${which}`;
}

import type { FaultRule } from '@batchmill/simulator';
import { seededRandom } from '@batchmill/testing';
import { faults, variantsOf, type Span, type Variant } from './fault-matrix.js';
import { portCalls, type Moment } from './moment.js';

/** What happens to the process in a run: it is killed at a moment, or frozen and thawed when another has taken over. */
export interface Trouble {
  readonly kind: 'kill' | 'freeze';
  readonly at: Moment;
  /** Of a freeze: how often time passes without progress before the thaw. */
  readonly jumps: number;
}

/** A run of the engine, made of a seed and nothing else. */
export interface FaultCase {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly variants: readonly Variant[];
  readonly rules: readonly FaultRule[];
  /** In turn: the second happens to the process that took over. */
  readonly troubles: readonly Trouble[];
  /** When the runs are cancelled; null: never. */
  readonly cancelAt: 'submitted' | 'settled' | null;
  readonly concurrency: number;
  readonly turnaroundSeconds: number;
  /** An idle batch is cancelled soon, and what it lacks is sent again. */
  readonly resendsIdle: boolean;
}

/** Every fault alone, then in pairs with every other, in an order that spreads them. */
export const combinations: readonly (readonly string[])[] = [...faults.map((fault) => [fault]), ...shuffledPairs()];

/** A further seed draws other values and moments for the same faults. */
export function caseOf(seed: number): FaultCase {
  const random = seededRandom(seed * 7_919 + 17);
  const chosen = combinations[seed % combinations.length] ?? [];
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // the lists are not empty
  const variants = chosen.map((fault) => pick(variantsOf(fault)));
  const rules = variants.map(({ on, what, value, spans }) => ({
    on,
    what,
    ...(value !== undefined && { value }),
    ...limitsOf(pick(spans), random),
  }));
  const troubles = pick([0, 0, 1, 1, 1, 2] as const);
  const isCancelled = chosen.some((fault) => fault.startsWith('batches.cancel')) || random() < 0.08;
  return {
    seed,
    faults: chosen,
    variants,
    rules,
    troubles: Array.from({ length: troubles }, () => ({
      kind: random() < 0.6 ? 'kill' : 'freeze',
      at: { call: pick(portCalls), nth: 1 + Math.floor(random() * 4), when: pick(['before', 'after'] as const) },
      jumps: 3 + Math.floor(random() * 5),
    })),
    cancelAt: isCancelled ? pick(['submitted', 'submitted', 'settled'] as const) : null,
    concurrency: pick([1, 1, 4]),
    turnaroundSeconds: pick([0, 5, 30]),
    resendsIdle: random() < 0.3,
  };
}

function limitsOf(span: Span, random: () => number): Pick<FaultRule, 'times' | 'rate'> {
  switch (span) {
    case 'few':
      return { times: 1 + Math.floor(random() * 3) };
    case 'share':
      return { rate: 0.2 + random() * 0.4, times: 30 };
    case 'always':
      return {};
  }
}

function shuffledPairs(): string[][] {
  const random = seededRandom(1);
  const pairs = faults.flatMap((one, index) => faults.slice(index + 1).map((other) => [one, other]));
  return pairs
    .map((pair) => ({ pair, lot: random() }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ pair }) => pair);
}

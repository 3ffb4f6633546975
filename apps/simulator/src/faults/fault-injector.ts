import { seededUnit } from '../random/seeded-random.js';
import type { Settings } from '../storage/settings.js';
import type { FaultOn, FaultWhat } from './fault-catalogue.js';
import type { FaultRule } from './fault-rule.js';

const key = 'faults';

/** A rule and its counts: how often it was evaluated and how often it fired. */
export interface StandingRule {
  readonly rule: FaultRule;
  /** Simulated. */
  readonly setAtMs: number;
  met: number;
  fired: number;
}

/** The faults of one call, batch or line. */
export interface Fault {
  readonly what: FaultWhat;
  readonly value: unknown;
  readonly standing: StandingRule;
}

/** Decides by seed and rules. Rules and their counts survive the process. */
export class FaultInjector {
  readonly #settings: Settings;
  readonly #seed: number;
  #standing: StandingRule[];
  #unsaved = false;

  constructor(settings: Settings, seed: number) {
    this.#settings = settings;
    this.#seed = seed;
    this.#standing = settings.read<StandingRule[]>(key) ?? [];
  }

  get standing(): readonly StandingRule[] {
    return this.#standing;
  }

  /** Replaces all rules. */
  set(rules: readonly FaultRule[], nowMs: number): void {
    this.#standing = rules.map((rule) => ({ rule, setAtMs: nowMs, met: 0, fired: 0 }));
    this.#unsaved = true;
    this.save();
  }

  /**
   * The faults that fire. A rule's `match` is searched in `subjects`. `lot` makes the draw for this
   * subject repeatable; undefined draws by the number of evaluations of the rule.
   */
  fire(on: FaultOn, subjects: readonly string[], lot?: string): Fault[] {
    const faults: Fault[] = [];
    for (const [index, standing] of this.#standing.entries()) {
      const { rule } = standing;
      if (rule.on !== on || !matches(rule, subjects)) continue;
      standing.met += 1;
      this.#unsaved = true;
      if (rule.times !== undefined && standing.fired >= rule.times) continue;
      if (rule.every !== undefined && standing.met % rule.every !== 0) continue;
      if (rule.rate !== undefined && seededUnit(this.#seed, 'fault', index, lot ?? standing.met) >= rule.rate) continue;
      standing.fired += 1;
      faults.push({ what: rule.what, value: rule.value, standing });
    }
    return faults;
  }

  /** Stores changed counts. Call it in the transaction that stores the effect of the faults. */
  save(): void {
    if (!this.#unsaved) return;
    this.#settings.write(key, this.#standing);
    this.#unsaved = false;
  }
}

function matches({ match }: FaultRule, subjects: readonly string[]): boolean {
  return match === undefined || subjects.some((subject) => subject.includes(match));
}

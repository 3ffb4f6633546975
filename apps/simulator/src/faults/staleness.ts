import type { Fault } from './fault-injector.js';

/** Counts how often a change was hidden, for rules that hide it from a number of calls. */
export class Staleness {
  readonly #calls = new WeakMap<object, Map<string, number>>();

  /** Whether to hide a change from this call. `change` names the batch and the state. */
  hides(fault: Fault, change: string, changedAtMs: number, nowMs: number): boolean {
    const { value, standing } = fault;
    if (typeof value === 'string') return nowMs - changedAtMs < Number(value.slice(0, -1)) * 1000;
    if (changedAtMs < standing.setAtMs) return false;
    if (typeof value !== 'number') return true;
    const calls = this.#calls.get(standing) ?? new Map<string, number>();
    const call = (calls.get(change) ?? 0) + 1;
    this.#calls.set(standing, calls.set(change, call));
    return call <= value;
  }
}

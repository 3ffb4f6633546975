import type { FaultRule, LedgerReport, Simulator } from '@batchmill/simulator';

/** The simulator's admin API. */
export class SimulatorAdmin {
  constructor(private readonly simulator: Simulator) {}

  async setFaults(rules: readonly FaultRule[]): Promise<void> {
    await this.#call('PUT', '/admin/faults', rules);
  }

  /** How often each of the present rules was applied. */
  async countFired(): Promise<number[]> {
    const rules = (await this.#call('GET', '/admin/faults')) as (FaultRule & { fired: number })[];
    return rules.map(({ fired }) => fired);
  }

  async ledger(): Promise<LedgerReport> {
    return (await this.#call('GET', '/admin/ledger')) as LedgerReport; // the simulator's own tests check its shape
  }

  async advance(ms: number): Promise<void> {
    await this.#call('POST', '/admin/clock', { advanceSeconds: ms / 1000 });
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.simulator.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
}

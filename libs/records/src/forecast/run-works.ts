import type { Clock } from '@batchmill/contracts';
import type { Batches } from '../batches.js';
import type { Claims } from '../claims.js';
import type { Run } from '../runs.js';
import { workOf, type RunWork } from './run-work.js';

/** What was read is used again for this long: all batches of a run ask for it. */
const keptMs = 2_000;

/** Reads what runs have to do. */
export class RunWorks {
  readonly #kept = new Map<string, { readonly until: number; readonly work: Promise<RunWork> }>();

  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly clock: Clock,
  ) {}

  /** As it was up to two seconds ago. */
  async of(run: Run): Promise<RunWork> {
    const now = this.clock.now().getTime();
    for (const [id, { until }] of this.#kept) if (now >= until) this.#kept.delete(id);
    const kept = this.#kept.get(run._id);
    if (kept !== undefined) return kept.work;
    const work = this.#read(run);
    // Those who ask while it is read get the same, and it is kept from its end on.
    this.#kept.set(run._id, { until: Infinity, work });
    try {
      const read = await work;
      this.#kept.set(run._id, { until: this.clock.now().getTime() + keptMs, work });
      return read;
    } catch (error) {
      this.#kept.delete(run._id);
      throw error;
    }
  }

  async #read(run: Run): Promise<RunWork> {
    const claims = await Array.fromAsync(this.claims.ofRun(run._id));
    return workOf(run, claims, await Array.fromAsync(this.batches.outlineOfRun(run._id)));
  }
}

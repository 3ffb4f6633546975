import type { Clock } from '@batchmill/contracts';
import type { Batches } from '../batches.js';
import type { BatchOutline } from '../batch-outline.js';
import type { Claim, Claims } from '../claims.js';
import type { Run } from '../runs.js';
import { workOf, type RunWork } from './run-work.js';

/** What was read is used again for this long: all batches of a run ask for it. */
const keptMs = 2_000;

interface OfRun {
  readonly claims: readonly Claim[];
  readonly batches: readonly BatchOutline[];
}

/** Reads what runs have to do. */
export class RunWorks {
  readonly #kept = new Map<string, { readonly until: number; readonly records: Promise<OfRun> }>();

  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly clock: Clock,
  ) {}

  /** By its claims and batches as they were up to two seconds ago. */
  async of(run: Run): Promise<RunWork> {
    const { claims, batches } = await this.#recordsOf(run._id);
    return workOf(run, claims, batches);
  }

  async #recordsOf(runId: string): Promise<OfRun> {
    const now = this.clock.now().getTime();
    for (const [id, { until }] of this.#kept) if (now >= until) this.#kept.delete(id);
    const kept = this.#kept.get(runId);
    if (kept !== undefined) return kept.records;
    const records = this.#read(runId);
    // Those who ask while they are read get the same, and they are kept from then on.
    this.#kept.set(runId, { until: Infinity, records });
    try {
      const read = await records;
      this.#kept.set(runId, { until: this.clock.now().getTime() + keptMs, records });
      return read;
    } catch (error) {
      this.#kept.delete(runId);
      throw error;
    }
  }

  async #read(runId: string): Promise<OfRun> {
    const claims = await Array.fromAsync(this.claims.ofRun(runId));
    return { claims, batches: await Array.fromAsync(this.batches.outlineOfRun(runId)) };
  }
}

import type { Clock } from '@batchmill/contracts';
import type { Batches, Claim, Claims } from '@batchmill/records';

/** How often all claims of a run are looked at that are not done. In between, those of which something was written since. */
const fullLookMs = 60_000;
/** Clocks of processes may differ by so much, and a write takes a while. What takes longer is seen by the next look at all. */
const overlapMs = 10_000;

/** More are looked at as quickly with all others. */
const mostCandidates = 500;

interface Look {
  readonly at: Date;
  readonly allAt: Date;
  /** Claims whose batches were all ingested, and that were not closed, as while their retries are not due. */
  readonly left: ReadonlySet<string>;
  /** Claims with a batch that was ingested lately, and that were not built when they were looked at. Once they are, they have changed. */
  readonly passed: ReadonlySet<string>;
}

type Found = Pick<Look, 'passed'> & { readonly claims: readonly Claim[] };

/**
 * Finds the claims of a run whose batches are all ingested. A run may have many thousands of claims, and is worked on several times a
 * second, so most looks are at what has changed since the last one of this process.
 */
export class ClaimLooks {
  readonly #looks = new Map<string, Look>();

  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly clock: Clock,
  ) {}

  /** In the order of their numbers. `note` is called once they were closed, as far as they can be: if it is not, all are looked at next. */
  async closeable(runId: string): Promise<{ readonly claims: readonly Claim[]; readonly note: () => void }> {
    const at = this.clock.now();
    for (const [id, look] of this.#looks) if (at.getTime() - look.at.getTime() > fullLookMs) this.#looks.delete(id);
    const last = this.#looks.get(runId);
    this.#looks.delete(runId);
    // A clock that was set back says nothing of what has changed.
    const isFull = last === undefined || at < last.at || at.getTime() - last.allAt.getTime() >= fullLookMs;
    const { claims, passed } = isFull ? await this.#amongAll(runId) : await this.#amongChanged(runId, last);
    const left = new Set(claims.map(({ _id }) => _id));
    const note = (): void => void this.#looks.set(runId, { at, allAt: isFull ? at : last.allAt, left, passed });
    return { claims, note };
  }

  /** A claim is built once it has all its batches, so one that is read before them lacks none. */
  async #amongAll(runId: string): Promise<Found> {
    const passed: ReadonlySet<string> = new Set();
    const built = await Array.fromAsync(this.claims.ofRunIn(runId, 'built'));
    if (built.length === 0) return { claims: [], passed };
    const unfinished = await this.batches.claimsUningestedOfRun(runId);
    return { claims: await this.#ingested(built.filter(({ _id }) => !unfinished.has(_id))), passed };
  }

  async #amongChanged(runId: string, { at, left, passed }: Look): Promise<Found> {
    const since = new Date(at.getTime() - overlapMs);
    const ingested = await this.batches.claimsIngestedSince(runId, since);
    const changed = await Array.fromAsync(this.claims.builtSince(runId, since), ({ _id }) => _id);
    const candidates = new Set([...[...ingested].filter((id) => !passed.has(id)), ...changed, ...left]);
    if (candidates.size > mostCandidates) return this.#amongAll(runId);
    const built = await Array.fromAsync(this.claims.among(candidates, 'built'));
    const isBuilt = new Set(built.map(({ _id }) => _id));
    const isPassed = (id: string): boolean => !isBuilt.has(id) && (candidates.has(id) || passed.has(id));
    return { claims: await this.#ingested(built), passed: new Set([...ingested].filter(isPassed)) };
  }

  /** By a question for each: only those that are asked by their claim miss no batch whose state changes meanwhile. */
  async #ingested(claims: readonly Claim[]): Promise<Claim[]> {
    const found: Claim[] = [];
    for (const claim of claims) if ((await this.batches.countUningested(claim._id)) === 0) found.push(claim);
    return found;
  }
}

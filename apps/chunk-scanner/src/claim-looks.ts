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
  /** Claims with a batch that was ingested lately, and that are done: they stay so. */
  readonly done: ReadonlySet<string>;
}

type Found = Pick<Look, 'done'> & { readonly claims: readonly Claim[] };

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
    const { claims, done } = isFull
      ? { claims: await this.#amongAll(runId), done: new Set<string>() }
      : await this.#amongChanged(runId, last);
    const left = new Set(claims.map(({ _id }) => _id));
    const note = (): void => void this.#looks.set(runId, { at, allAt: isFull ? at : last.allAt, left, done });
    return { claims, note };
  }

  /** A claim is built once it has all its batches, so one that is read before them lacks none. */
  async #amongAll(runId: string): Promise<Claim[]> {
    const built = await Array.fromAsync(this.claims.ofRunIn(runId, 'built'));
    if (built.length === 0) return [];
    const unfinished = await this.batches.claimsUningestedOfRun(runId);
    return this.#ingested(built.filter(({ _id }) => !unfinished.has(_id)));
  }

  async #amongChanged(runId: string, { at, left, done: doneBefore }: Look): Promise<Found> {
    const since = new Date(at.getTime() - overlapMs);
    const ingested = [...(await this.batches.claimsIngestedSince(runId, since))];
    const changed = await Array.fromAsync(this.claims.builtSince(runId, since), ({ _id }) => _id);
    const asked = ingested.filter((id) => !doneBefore.has(id));
    const doneSince = new Set(await Array.fromAsync(this.claims.among(asked, 'done'), ({ _id }) => _id));
    const done = new Set(ingested.filter((id) => doneBefore.has(id) || doneSince.has(id)));
    const candidates = new Set([...ingested.filter((id) => !done.has(id)), ...changed, ...left]);
    if (candidates.size > mostCandidates) return { claims: await this.#amongAll(runId), done };
    return { claims: await this.#ingested(this.claims.among(candidates, 'built')), done };
  }

  /** By a question for each: only those that are asked by their claim miss no batch whose state changes meanwhile. */
  async #ingested(claims: Iterable<Claim> | AsyncIterable<Claim>): Promise<Claim[]> {
    const found: Claim[] = [];
    for await (const claim of claims) if ((await this.batches.countUningested(claim._id)) === 0) found.push(claim);
    return found;
  }
}

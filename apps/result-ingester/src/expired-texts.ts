import { Blobs } from '@batchmill/blobs';
import { Bus } from '@batchmill/bus';
import { Clock } from '@batchmill/contracts';
import { Batches, Claims, RunTexts, Runs, unnamedBlobs, youngestUnnamedMs, type Transitions } from '@batchmill/records';
import { EngineSettings, Every, Stage } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';

/** The most runs of one sweep, so that a backlog does not hold up other work. */
const mostRuns = 50;
/** Between two looks through all blobs, by one process. */
const betweenLooksMs = 24 * 60 * 60 * 1000;

/** Deletes our copies of users' texts and ids once they are older than the setting. */
@Stage({ name: 'result-ingester', produces: [] })
export class ExpiredTexts {
  readonly #sources: { readonly runs: Runs; readonly claims: Claims; readonly batches: Batches; readonly blobs: Blobs };
  readonly #texts: RunTexts;
  #lookedAt: Date | null = null;

  constructor(
    runs: Runs,
    claims: Claims,
    batches: Batches,
    private readonly blobs: Blobs,
    private readonly bus: Bus,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#sources = { runs, claims, batches, blobs };
    this.#texts = new RunTexts(this.#sources);
  }

  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    const now = this.clock.now();
    const before = new Date(now.getTime() - this.settings.keepTextsMs);
    let left = mostRuns;
    for await (const run of this.#texts.deletable(before)) {
      if (await this.#texts.delete(run)) this.log.info('the texts of an ended run were deleted', { runId: run._id });
      left -= 1;
      if (left === 0) break;
    }
    await this.bus.purge({ recordedBefore: before });
    await this.#deleteUnnamed(now);
  }

  async #deleteUnnamed(now: Date): Promise<void> {
    if (!this.settings.ownsBlobs) return;
    if (this.#lookedAt !== null && now.getTime() - this.#lookedAt.getTime() < betweenLooksMs) return;
    const before = new Date(now.getTime() - Math.max(this.settings.keepTextsMs, youngestUnnamedMs));
    const unnamed = await unnamedBlobs(this.#sources, before);
    for (const { name } of unnamed) await this.blobs.delete(name);
    this.#lookedAt = now;
    if (unnamed.length > 0) this.log.info('blobs that no record names were deleted', { blobs: unnamed.length });
  }
}

import { Clock } from '@batchmill/contracts';
import { type ChunksSelected } from '@batchmill/contracts/events';
import { isLarge, type RunPlan } from '@batchmill/pipeline';
import {
  Batches,
  Claims,
  Documents,
  Runs,
  documentIdsFilter,
  isPaused,
  mostUnasked,
  type Leased,
  type Member,
  type Run,
  type ScanPosition,
  type Transition,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import { ClaimOpener } from './claim-opener.js';
import { gatherPage, type Page } from './gather-page.js';
import { stopRun } from './stop-run.js';
import { Trial } from './trial.js';
import { VectorAdopter } from './vector-adopter.js';

/**
 * throttled: enough of the run's batches wait for submission. trial: the run's first batch must be answered first. unasked: it is
 * not known yet whether one of the run's first hundred documents can be asked.
 */
export type ScanStop = 'ended' | 'paused' | 'throttled' | 'trial' | 'unasked';

/** The documents of a claim that is not opened yet. */
interface Selected {
  readonly page: Page;
  /** Those that must be requested. */
  readonly members: readonly Member[];
}

/** What is being read ahead. Not the promise itself: a generator waits for one that it returns. */
type ReadAhead = () => Promise<Selected>;

/** Scans the source of a run and opens a claim for each page of documents. */
@Injectable()
export class DocumentScanner {
  constructor(
    private readonly runs: Runs,
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly documents: Documents,
    private readonly claimOpener: ClaimOpener,
    private readonly trial: Trial,
    private readonly vectorAdopter: VectorAdopter,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
  ) {}

  /** Returns why the scan stopped. */
  async *scan(run: Leased<Run>, plan: RunPlan): AsyncGenerator<Transition<ChunksSelected>, ScanStop, undefined> {
    let ahead: ReadAhead | null = null;
    while (!run.data.scan.ended) {
      // Read again: a pause command may have arrived since the run was leased.
      if (isPaused(await this.runs.get(run.id))) return 'paused';
      const verdict = await this.trial.verdict(run, plan.endpointPlan.batchSize);
      await this.#noteTrial(run, verdict === 'waiting');
      if (verdict === 'waiting') return 'trial';
      if (verdict !== 'passed') {
        await stopRun(run, verdict.refused);
        return 'ended';
      }
      const beginning = await this.#beginningOf(run);
      if (beginning === 'unasked') return 'unasked';
      if (beginning !== 'asked') {
        await stopRun(run, beginning.stop);
        return 'ended';
      }
      const room = this.settings.maxWaitingBatches - (await this.#countWaiting(run));
      if (room <= 0) return 'throttled';
      ahead = yield* this.#claimPage(run, plan, { ahead, readsAhead: room > 1 });
      run.throwIfStopping();
    }
    return 'ended';
  }

  /** For whoever looks at the run. */
  async #noteTrial(run: Leased<Run>, awaitsTrial: boolean): Promise<void> {
    const { scan } = run.data;
    if (awaitsTrial !== (scan.awaitsTrial ?? false)) await run.save({ scan: { ...scan, awaitsTrial } });
  }

  /** After the first hundred documents the scan waits until it is known whether one of them is asked: a mistake fails no more. */
  async #beginningOf({ id, data }: Leased<Run>): Promise<'asked' | 'unasked' | { readonly stop: string }> {
    if (data.scan.selected < mostUnasked || (await this.batches.hasRequestsOfRun(id))) return 'asked';
    const stop = await this.batches.stopOfRun(id);
    if (stop !== null) return { stop };
    for await (const claim of this.claims.ofRunIn(id, 'sealed')) if (!claim.parked) return 'unasked';
    return 'asked';
  }

  /** Batches of the run that are not submitted, and claims that will become some. */
  async #countWaiting(run: Leased<Run>): Promise<number> {
    const sealed = await this.claims.countOfRun(run.id, 'sealed');
    const built = await this.batches.countOfRun(run.id, 'built');
    return sealed + built;
  }

  /**
   * Takes what was read ahead, or reads. Returns what is read for the next claim while this one is opened: the documents after it, which
   * it does not change.
   */
  async *#claimPage(
    run: Leased<Run>,
    plan: RunPlan,
    { ahead, readsAhead }: { readonly ahead: ReadAhead | null; readonly readsAhead: boolean },
  ): AsyncGenerator<Transition<ChunksSelected>, ReadAhead | null, undefined> {
    const { scan, request } = run.data;
    const remaining = request?.limit === undefined ? Infinity : request.limit - scan.selected;
    if (remaining <= 0) {
      await run.save({ scan: { ...scan, ended: true } });
      return null;
    }
    const { batchSize } = plan.endpointPlan;
    const trialDocuments = this.trial.documentsOf(run.data, batchSize);
    // One more than a batch holds tells whether the run is large.
    const most = Math.min(trialDocuments === null ? batchSize : batchSize + 1, remaining);
    let { page, members } = await (ahead?.() ?? this.#select(run, plan, scan.position, most));
    if (members.length > 0 && trialDocuments !== null && isLarge(page.members.length, batchSize)) {
      this.trial.announce(run.id);
      ({ page, members } = firstOf({ page, members }, trialDocuments));
    }
    if (members.length === 0) {
      await run.save({ scan: { ...scan, position: page.position, ended: page.ended } });
      return null;
    }
    const left = Math.min(batchSize, remaining - members.length);
    const hasNext = readsAhead && trialDocuments === null && !page.ended && left > 0;
    const next = hasNext ? this.#select(run, plan, page.position, left) : null;
    next?.catch(() => undefined); // it is awaited by the next claim, or not at all where the scan stops before
    const isOurs = yield* this.claimOpener.open(run, plan, {
      kind: 'scan',
      previousClaimId: null,
      positionAfter: page.position,
      scanEnds: page.ended,
      gathered: members,
    });
    return isOurs && next !== null ? () => next : null;
  }

  /** The next documents from a position on, and those of them that must be requested. */
  async #select(run: Leased<Run>, plan: RunPlan, from: ScanPosition | null, maxMembers: number): Promise<Selected> {
    const page = await gatherPage(
      this.documents.of(plan),
      plan,
      {
        run: { installation: this.settings.installation, runId: run.id },
        from,
        idsFilter: documentIdsFilter(plan.pipeline.source.documentIdField, run.data.request?.documents),
        maxMembers,
        maxMs: this.settings.claimMs,
      },
      this.clock,
    );
    return { page, members: await this.vectorAdopter.adopt(run.id, plan, page.members) };
  }
}

/** As if not more had been read than so many documents that must be requested. */
function firstOf({ page, members }: Selected, most: number): Selected {
  if (members.length <= most) return { page, members };
  const first = members.slice(0, most);
  const last = page.members.findIndex((member) => member === first.at(-1));
  return { page: { ...page, position: page.positions[last] ?? page.position, ended: false }, members: first };
}

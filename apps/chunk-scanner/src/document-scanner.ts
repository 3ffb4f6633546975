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
  type Run,
  type Transition,
  type Transitions,
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
      if (await this.#isThrottled(run)) return 'throttled';
      yield* this.#claimPage(run, plan);
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

  async #isThrottled(run: Leased<Run>): Promise<boolean> {
    const sealed = await this.claims.countOfRun(run.id, 'sealed');
    const built = await this.batches.countOfRun(run.id, 'built');
    return sealed + built >= this.settings.maxWaitingBatches;
  }

  async *#claimPage(run: Leased<Run>, plan: RunPlan): Transitions<ChunksSelected> {
    const { scan, request } = run.data;
    const remaining = request?.limit === undefined ? Infinity : request.limit - scan.selected;
    if (remaining <= 0) {
      await run.save({ scan: { ...scan, ended: true } });
      return;
    }
    const { batchSize } = plan.endpointPlan;
    const gather = (maxMembers: number): Promise<Page> =>
      gatherPage(
        this.documents.of(plan),
        plan,
        {
          run: { installation: this.settings.installation, runId: run.id },
          from: scan.position,
          idsFilter: documentIdsFilter(plan.pipeline.source.documentIdField, request?.documents),
          maxMembers,
          maxMs: this.settings.claimMs,
        },
        this.clock,
      );
    const trialDocuments = this.trial.documentsOf(run.data, batchSize);
    // One more than a batch holds tells whether the run is large.
    let page = await gather(Math.min(trialDocuments === null ? batchSize : batchSize + 1, remaining));
    let members = await this.vectorAdopter.adopt(run.id, plan, page.members);
    if (members.length > 0 && trialDocuments !== null && isLarge(page.members.length, batchSize)) {
      this.trial.announce(run.id);
      page = await gather(trialDocuments);
      members = await this.vectorAdopter.adopt(run.id, plan, page.members);
    }
    if (members.length === 0) {
      await run.save({ scan: { ...scan, position: page.position, ended: page.ended } });
      return;
    }
    yield* this.claimOpener.open(run, plan, {
      kind: 'scan',
      previousClaimId: null,
      positionAfter: page.position,
      scanEnds: page.ended,
      gathered: members,
    });
  }
}

import { Blobs } from '@batchmill/blobs';
import { Clock, ProcessingError } from '@batchmill/contracts';
import { BatchFileBuilt, BatchSettled, ChunksSelected } from '@batchmill/contracts/events';
import {
  Pipelines,
  fillingLimits,
  modelsOf,
  type FillingLimits,
  type ModelFunctions,
  type RunPlan,
} from '@batchmill/pipeline';
import { Provider } from '@batchmill/provider';
import {
  Batches,
  Budgets,
  Claims,
  Documents,
  Runs,
  isPaused,
  markOf,
  planOfRun,
  reusesAnswers,
  type Batch,
  type BuildPosition,
  type Claim,
  type Leased,
  type Transitions,
} from '@batchmill/records';
import { Stage, Works } from '@batchmill/stage';
import { traceparentOf } from '@batchmill/telemetry';
import { fillBatch, type FilledBatch, type Filling } from './fill-batch.js';
import { readUnits, type Unit } from './read-units.js';
import { UnaskedDocuments } from './unasked-documents.js';
import { ReuseLookups } from './reuse-lookups.js';
import { withAnswers } from './with-answers.js';

/** How soon a claim of a paused run is worked on again. Resuming the run makes it due at once. */
const pausedMs = 10_000;

/** How soon a claim is worked on again that completes the first hundred documents of its run, while an earlier one is built. */
const earlyMs = 250;

/** Turns a sealed claim into batch files. */
@Stage({ name: 'jsonl-builder', produces: [BatchFileBuilt, BatchSettled] })
export class JsonlBuilder {
  constructor(
    private readonly runs: Runs,
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly documents: Documents,
    private readonly reuse: ReuseLookups,
    private readonly blobs: Blobs,
    private readonly pipelines: Pipelines,
    private readonly provider: Provider,
    private readonly unaskedDocuments: UnaskedDocuments,
    private readonly clock: Clock,
  ) {}

  @Works({ on: Claims, in: 'sealed', signaledBy: [ChunksSelected] })
  async *build(claim: Leased<Claim>): Transitions<BatchFileBuilt | BatchSettled> {
    const run = await this.runs.get(claim.data.runId);
    if (run === null) throw new ProcessingError('claim.no-run', `${claim.id}: there is no run ${claim.data.runId}`);
    let lastBatch = await this.batches.lastOfClaim(claim.id);
    if (run.cancelRequestedAt !== null) {
      // Nothing more is built, so that it does not matter whether the pipeline is still there.
      yield claim.with({ batches: lastBatch?.number ?? 0 }).to('built');
      return;
    }
    const plan = planOfRun(this.pipelines, run);
    const models = modelsOf(plan);
    const limits = await this.#limitsOf(plan, models);
    const isDone = (): boolean => lastBatch?.last ?? claim.data.documents === 0;
    while (!isDone()) {
      // Read again before each batch: the run may have been cancelled or paused.
      const currentRun = await this.runs.get(run._id);
      if (currentRun?.cancelRequestedAt != null) break;
      if (isPaused(currentRun)) {
        yield claim.wait(new Date(this.clock.now().getTime() + pausedMs));
        return;
      }
      const from = lastBatch?.positionAfter ?? { model: 0, member: 0 };
      const unitsUntil = (until?: number): AsyncIterable<Unit> =>
        this.#unitsOf({ plan, claim: claim.data, models, from, ...(until !== undefined && { until }) });
      const filling = { ...limits, source: plan.pipeline.source };
      const unasked = lastBatch === null ? await this.unaskedDocuments.leftFor(claim.data) : null;
      if (unasked === 'early') {
        yield claim.wait(new Date(this.clock.now().getTime() + earlyMs));
        return;
      }
      const stopping = unasked === null ? null : await this.#fillStopping(claim.data, unasked, { unitsUntil, filling });
      const filled = stopping?.filled ?? (await fillBatch(unitsUntil(), filling, this.blobs));
      const batch = {
        ...this.#batchOf(claim.data, plan, models, filled, (lastBatch?.number ?? 0) + 1, from),
        ...(stopping !== null && { stopsRun: stopping.reason }),
      };
      yield this.batches.insert(batch, eventOf(batch));
      lastBatch = await this.batches.get(batch._id);
      if (lastBatch?.manifest !== batch.manifest) await this.#deleteBlobsOf(filled);
      claim.throwIfStopping();
    }
    yield claim.with({ batches: lastBatch?.number ?? 0 }).to('built');
  }

  #unitsOf(range: Parameters<typeof readUnits>[0]): AsyncIterable<Unit> {
    const { plan } = range;
    const units = readUnits(range, this.documents.of(plan), this.blobs);
    if (!reusesAnswers(plan)) return units;
    const { address } = this.provider.accountInfo;
    const { answers, embeddedTexts, askedTexts } = this.reuse;
    return withAnswers(units, range, { answers, embeddedTexts, askedTexts, address, now: this.clock.now() });
  }

  /** The claim's only batch, when none of so many documents that complete the run's first hundred can be asked; else null. */
  async #fillStopping(
    claim: Claim,
    documents: number,
    { unitsUntil, filling }: { unitsUntil: (until: number) => AsyncIterable<Unit>; filling: Filling },
  ): Promise<{ filled: FilledBatch; reason: string } | null> {
    if (!(await this.unaskedDocuments.areUnasked(unitsUntil(documents), documents, filling))) return null;
    const filled = await fillBatch(unitsUntil(documents), filling, this.blobs);
    if (filled.file === null && filled.reuse === null)
      return { filled, reason: await this.unaskedDocuments.reason(claim.runId, filled.manifest) };
    // A document was changed in between.
    await this.#deleteBlobsOf(filled);
    return null;
  }

  #batchOf(
    claim: Claim,
    plan: RunPlan,
    models: readonly ModelFunctions[],
    { file, manifest, model, size, worst, reuse, unrendered, next }: FilledBatch,
    number: number,
    from: BuildPosition,
  ): Batch {
    const requestedModel = models[model];
    return this.batches.new({
      runId: claim.runId,
      claimId: claim._id,
      claimMark: markOf(claim),
      pipeline: plan.pipeline.name,
      number,
      positionAfter: next ?? from,
      last: next === null,
      file: file?.name ?? null,
      fileBytes: file?.bytes ?? 0,
      manifest,
      url: requestedModel?.url ?? '',
      model: requestedModel?.model ?? '',
      baseModel: requestedModel?.baseModel ?? '',
      documents: size.documents,
      requests: size.requests,
      ...(reuse !== null && { reuse }),
      unrendered,
      inputTokens: size.tokens,
      worst,
      completionWindow: plan.pipeline.batch.completionWindow,
      traceparent: traceparentOf() ?? claim.traceparent,
    });
  }

  /** The provider's limits for one file, and those of each model's queue, as far as they are known. */
  async #limitsOf(plan: RunPlan, models: readonly ModelFunctions[]): Promise<FillingLimits> {
    const { account, profile } = this.provider;
    const learned = await Promise.all(models.map(({ model }) => this.budgets.limitsOf(account, model)));
    return fillingLimits(plan, profile.limits, learned);
  }

  /** Called when another process inserted the batch first. Its batch is valid, even if a document changed in between. */
  async #deleteBlobsOf({ file, reuse, manifest }: FilledBatch): Promise<void> {
    if (file !== null) await this.blobs.delete(file.name);
    if (reuse?.file != null) await this.blobs.delete(reuse.file);
    await this.blobs.delete(manifest);
  }
}

function eventOf({ _id, runId, claimId, file, model, documents, requests }: Batch): BatchFileBuilt | BatchSettled {
  const ids = { runId, claimId, batchId: _id };
  if (file !== null) return new BatchFileBuilt({ ...ids, model, documents, requests });
  return new BatchSettled({ ...ids, providerBatchId: null, reason: 'nothing-to-send', requests: 0 });
}

import { Clock, ValidationError, deadlineAfter, isBatchmillError } from '@batchmill/contracts';
import { RunAccepted, RunRejected } from '@batchmill/contracts/events';
import { Pipelines, beyondTokenPrices, checkBatchable, storageTargetsOf, type RunPlan } from '@batchmill/pipeline';
import { AccountRefusedError, ListedModels, Provider, RefusedError, type ModelListing } from '@batchmill/provider';
import { nanoUsdOf } from '@batchmill/models';
import {
  Documents,
  EmbeddedTexts,
  Runs,
  dayOf,
  documentIdsFilter,
  planOfRun,
  scanFilter,
  type Leased,
  type Run,
  type SpendingLimits,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/**
 * Starts a requested run, or rejects it when a check fails. The checks are made before any money is spent. When a dependency
 * is unavailable, its error is thrown, and the run waits.
 */
@Injectable()
export class RunStarter {
  readonly #models: ListedModels;

  constructor(
    private readonly pipelines: Pipelines,
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly embeddedTexts: EmbeddedTexts,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#models = new ListedModels(provider, clock);
  }

  async *start(run: Leased<Run>): Transitions<RunAccepted | RunRejected> {
    try {
      const plan = this.#planOf(run);
      checkBatchable(plan, this.provider.profile);
      await this.#checkQuery(plan);
      // A run that is cancelled by now uses neither, and must end also when one of them is unavailable.
      if (run.data.cancelRequestedAt === null) {
        await this.embeddedTexts.prepare(plan);
        await this.#checkProvider();
        await this.#checkModels(run.id, plan);
      }
      const spendingLimits = spendingLimitsOf(plan, run.data.request, this.settings);
      const unpriced = [...plan.planned.values()].flatMap(({ definition }) => beyondTokenPrices(definition));
      this.#checkPrices(plan, spendingLimits, unpriced);
      await this.runs.startSpendingLimits(run.id, spendingLimits);
      const { endpoint, parameters, pipeline } = plan;
      const functions = [...plan.functions];
      yield run
        .with({
          pipelineHash: pipeline.hash,
          storageTargets: storageTargetsOf(plan),
          endpoint,
          functions,
          parameters,
          ...(unpriced.length > 0 && { beyondTokenPrices: unpriced }),
          ...(await this.#unknownIdsOf(run, plan)),
          ...this.#deadlineOf(run),
          scan: { ...run.data.scan, expected: run.data.predicted?.documents ?? (await this.#countOf(run, plan)) },
          startedAt: this.clock.now(),
        })
        .to('running', new RunAccepted({ runId: run.id, pipeline: pipeline.name, endpoint, functions }));
    } catch (error) {
      if (!isBatchmillError(error) || error.kind !== 'ValidationError') throw error;
      yield rejectRun(run, error.message, this.clock);
    }
  }

  #planOf(run: Leased<Run>): RunPlan {
    const { request } = run.data;
    if (request === null) throw new ValidationError('run.no-request', `${run.id} has no request`);
    const { endpoint = null, parameters = {} } = request;
    return planOfRun(this.pipelines, { ...run.data, endpoint, parameters });
  }

  /** Runs the pipeline's query so that it matches no document: the store only checks it. */
  async #checkQuery(plan: RunPlan): Promise<void> {
    try {
      await this.documents.of(plan).findOne({ $and: [{ _id: { $in: [] } }, plan.filter] });
    } catch (error) {
      if (!isBatchmillError(error) || error.code !== 'store.filter-refused') throw error;
      const message = `Pipeline ${plan.pipeline.name}: the store refuses source.queryTemplate: ${error.message}`;
      throw new ValidationError('run.query-failed', message, { cause: error });
    }
  }

  async #checkProvider(): Promise<void> {
    try {
      await this.provider.check();
    } catch (error) {
      if (error instanceof RefusedError) throw noBatchApi(error);
      // A command tells its user at once. A service waits until the key is mended.
      if (error instanceof AccountRefusedError && !this.settings.startsSchedules) throw keyRefused(error);
      throw error;
    }
  }

  /** A model that stands for another one is a deployment or an alias, which lists may lack. */
  async #checkModels(runId: string, plan: RunPlan): Promise<void> {
    const functions = [...plan.planned.values()].map(({ definition }) => definition);
    const names = new Set(functions.filter(({ model, baseModel }) => model === baseModel).map(({ model }) => model));
    const missing: string[] = [];
    for (const model of names) {
      const found = await this.#find(runId, model);
      if (typeof found !== 'object') continue;
      missing.push(found.closest === null ? model : `${model} (did you mean ${found.closest}?)`);
    }
    if (missing.length > 0) throw unknownModels(plan, missing);
  }

  async #unknownIdsOf({ data: { request } }: Leased<Run>, plan: RunPlan): Promise<Partial<Run>> {
    if (request?.documents === undefined) return {};
    const unknownIds = await this.documents.unknownIds(plan, request.documents);
    return unknownIds.count === 0 ? {} : { unknownIds };
  }

  #deadlineOf({ data: { request } }: Leased<Run>): Pick<Run, 'deadlineAt'> {
    if (request?.deadline === undefined) return {};
    const now = this.clock.now();
    const deadlineAt = deadlineAfter(request.deadline, now);
    if (deadlineAt === null || deadlineAt <= now) throw pastDeadline(request.deadline, now);
    return { deadlineAt };
  }

  /** How many documents the run will find, which tells when it is done. An estimate has counted them already. */
  async #countOf({ data: { request } }: Leased<Run>, plan: RunPlan): Promise<number> {
    const ids = documentIdsFilter(plan.pipeline.source.documentIdField, request?.documents);
    // How many are stale is not known before they are read.
    const counted = plan.redo === 'stale' ? { ...plan, redo: null } : plan;
    const documents = this.documents.of(plan);
    const filter = await scanFilter(documents, counted, { now: this.clock.now(), among: ids });
    return Math.min(await documents.count(filter), request?.limit ?? Infinity);
  }

  /** Without a price nobody knows what is left of a limit. `beyondTokens`: fields of requests that are paid by more than tokens. */
  #checkPrices(plan: RunPlan, { ofRun, ofPipelinePerDay }: SpendingLimits, beyondTokens: readonly string[]): void {
    const { prices, maxUsdPerDay } = this.settings;
    if (ofRun === null && ofPipelinePerDay === null && maxUsdPerDay === null) return;
    if (beyondTokens.length > 0) throw unpricedRequests(plan, beyondTokens);
    const models = [...plan.planned.values()].map(({ definition }) => definition);
    const unpriced = models.filter((model) => prices.priceOf(model, this.clock.now()) === null);
    if (unpriced.length > 0) throw unknownPrices([...new Set(unpriced.map(({ model }) => model))], this.clock.now());
  }

  /** A list that cannot be read holds up no run: the provider decides then. */
  async #find(runId: string, model: string): Promise<ModelListing> {
    try {
      return await this.#models.find(model);
    } catch (error) {
      if (!isBatchmillError(error)) throw error;
      const logged = 'the list of models cannot be read, so the model of the run is not checked';
      this.log.warn(logged, { operation: 'chunk-scanner', runId, model, code: error.code });
      return 'no-list';
    }
  }
}

/** Of the limits that can be said for a run, the request's counts, then the pipeline's, then that of the settings. */
function spendingLimitsOf(
  { pipeline: { spending } }: RunPlan,
  request: Run['request'],
  { maxUsdPerRun }: EngineSettings,
): SpendingLimits {
  const ofRun = request?.maxUsd ?? spending.maxUsdPerRun ?? maxUsdPerRun;
  return {
    ofRun: ofRun === null ? null : nanoUsdOf(ofRun),
    ofPipelinePerDay: spending.maxUsdPerDay === null ? null : nanoUsdOf(spending.maxUsdPerDay),
  };
}

export function rejectRun(run: Leased<Run>, reason: string, clock: Clock): Transition<RunRejected> {
  const { pipeline } = run.data;
  return run
    .with({ reason, finishedAt: clock.now() })
    .to('rejected', new RunRejected({ runId: run.id, pipeline, reason }));
}

function keyRefused(cause: AccountRefusedError): ValidationError {
  const { status, remedy } = cause;
  return new ValidationError('run.key-refused', `the provider refuses the key with ${status}; ${remedy}`, { cause });
}

function pastDeadline(deadline: string, now: Date): ValidationError {
  return new ValidationError(
    'run.past-deadline',
    `the deadline of the run: found ${deadline}, expected a time after ${now.toISOString()}, such as 20m or 2h`,
  );
}

function unknownPrices(models: readonly string[], now: Date): ValidationError {
  const entries = models.map((model) => ({ model, from: dayOf(now), inputUsd: 0, outputUsd: 0 }));
  return new ValidationError(
    'run.unknown-price',
    `the run has a spending limit, and no price is known for ${models.join(', ')}; write the prices in US dollars per million tokens ` +
      `into a file that BATCHMILL_PRICES names, as ${JSON.stringify(entries)}, or remove the limit`,
  );
}

function unpricedRequests({ pipeline }: RunPlan, fields: readonly string[]): ValidationError {
  return new ValidationError(
    'run.unpriced-request',
    `the run has a spending limit, which counts tokens at the usual prices, and ${pipeline.file} asks for ${fields.join(', ')}, whose ` +
      'cost is not known in advance; remove them, or the limit',
  );
}

function unknownModels({ pipeline }: RunPlan, models: readonly string[]): ValidationError {
  return new ValidationError(
    'run.unknown-model',
    `the provider does not show this account the model ${models.join(', ')}; correct it in ${pipeline.file}, or in OPENAI_MODEL ` +
      'or BATCHMILL_EMBEDDING_MODEL where it comes from there, or allow the project to use it at the provider. If it is the name ' +
      'of a deployment or an alias, say in baseModel for which model it stands',
  );
}

function noBatchApi(cause: RefusedError): ValidationError {
  const { status } = cause;
  return new ValidationError(
    'run.provider-refused',
    `the provider refuses to list batches with ${status}; check that OPENAI_BASE_URL names a server with the Batch API`,
    { cause },
  );
}

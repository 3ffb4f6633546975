import { RandomIds, SystemClock, ValidationError } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { Pipelines, checkPipeline, type Pipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { MemoryLog, type Log } from '@batchmill/telemetry';
import { followOtherEngine } from '../engine-lock.js';
import { openEngine, tryOpenEngine } from '../open-engine.js';
import { notAcceptedOf, type NotAccepted } from '../reports/not-accepted.js';
import type { RunReport } from '../reports/run-report.js';
import { runStages } from '../run-stages.js';
import { pipelineDefaultsOf, readSettings, type Settings } from '../settings/index.js';
import { awaitNotifications, awaitRun, hasEnded } from './await-run.js';
import { checkRequest, requestRun } from './request-run.js';
import { checkRunId, newRunId } from './run-id.js';
import { checkOptions, type RunPipelineOptions } from './run-pipeline-options.js';

export interface PipelineResult extends RunReport {
  readonly totalProcessed: number;
  /** Notifications that a channel has not accepted, by channel. */
  readonly notAccepted: readonly NotAccepted[];
}

type EndedRun = RunReport & Pick<PipelineResult, 'notAccepted'>;

/**
 * Runs a pipeline to its end, as `batchmill run --wait` does. The stages run in this process. When another process runs
 * stages on the same home, its work is followed instead, and continued here if that process stops before the run has ended.
 * Rejects with a ValidationError when the request is refused.
 */
export async function runPipeline(options: RunPipelineOptions): Promise<PipelineResult> {
  checkOptions(options);
  const settings = options.settings ?? readSettings({ env: process.env, cwd: process.cwd() });
  const log = options.log ?? new MemoryLog();
  const pipelines = definedPipelines(options, settings);
  const runId = options.runId ?? newRunId(new SystemClock(), new RandomIds());
  checkRunId(runId);
  const request = new RunRequested(requestOf(options, runId));
  for (let isRequested = false; ; isRequested = true) {
    const report = await workOrFollow({ options, settings, log, pipelines, runId, request, isRequested });
    const isStopped = options.signal?.aborted === true;
    if (report === null && isStopped) {
      throw new ValidationError('run.unknown', `${runId}: the run was stopped before it began`);
    }
    if (report === null || !(hasEnded(report) || isStopped)) continue;
    if (report.status === 'rejected') throw new ValidationError('run.rejected', report.reason ?? 'rejected');
    return { ...report, totalProcessed: report.succeeded + report.failed };
  }
}

/** The other process may have no notifier. */
const elsewhereMs = 3_000;

interface WorkOrFollow {
  readonly options: RunPipelineOptions;
  readonly settings: Settings;
  readonly log: Log;
  /** Null: those of the folder of pipelines. */
  readonly pipelines: Pipelines | null;
  readonly runId: string;
  readonly request: RunRequested;
  readonly isRequested: boolean;
}

/**
 * Runs the stages here, or follows the process that does. When it resolves with the report of a run that has not ended,
 * that process has stopped, or the signal is aborted. Null: the run was never found.
 */
async function workOrFollow(context: WorkOrFollow): Promise<EndedRun | null> {
  const { options, settings, log, pipelines, runId, request, isRequested } = context;
  const { onProgress, onWaiting, signal } = options;
  const name = 'run-pipeline';
  const own = await tryOpenEngine(settings, { log, name, ...(pipelines === null ? {} : { pipelines }) });
  if (own === null && pipelines !== null) {
    throw new ValidationError(
      'run.home-in-use',
      'another process runs stages on this home and does not know the definition. Put it into the folder of pipelines, or stop that process',
    );
  }
  const opened = own ?? (await openEngine(settings, { log, name, needsProvider: false }));
  const { engine } = opened;
  const since = engine.clock.now();
  try {
    if (own !== null && !isRequested) await checkRequest(engine, request);
    const stages = own && (await runStages(engine, (await import('@batchmill/all-in-one')).stages));
    try {
      options.onWork?.(own === null ? 'elsewhere' : 'here');
      if (!isRequested) await requestRun(engine, request, { predicts: options.predicts === true });
      const report = await awaitRun(engine, runId, {
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(onWaiting === undefined ? {} : { onWaiting }),
        ...(signal === undefined ? {} : { signal }),
        ...(own === null ? { isWorkedOn: followOtherEngine(settings, engine.clock) } : {}),
      });
      if (report === null) return null;
      await awaitNotifications(engine, report, {
        since,
        ...(own === null && { withinMs: elsewhereMs }),
        ...(signal && { signal }),
      });
      return { ...report, notAccepted: await notAcceptedOf(engine, runId) };
    } finally {
      await stages?.close();
    }
  } finally {
    await opened.close();
  }
}

function requestOf(options: RunPipelineOptions, runId: string): ConstructorParameters<typeof RunRequested>[0] {
  const { pipeline, endpoint, functions, parameters, documents, limit, redo, maxUsd, deadline, labels } = options;
  return {
    runId,
    pipeline: typeof pipeline === 'string' ? pipeline : pipeline.name,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(functions === undefined ? {} : { functions: [...functions] }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(documents === undefined ? {} : { documents: [...documents] }),
    ...(limit === undefined ? {} : { limit }),
    ...(redo === undefined ? {} : { redo }),
    ...(maxUsd === undefined ? {} : { maxUsd }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(labels === undefined ? {} : { labels: { ...labels } }),
  };
}

/** The definition in the options, as the only pipeline. Null: the options name one of the folder of pipelines. */
export function definedPipelines(
  { pipeline, process: processor }: RunPipelineOptions,
  settings: Settings,
): Pipelines | null {
  if (typeof pipeline === 'string') {
    if (processor === undefined) return null;
    const message =
      'process: found with the name of a pipeline, expected a definition. Pass the definition, or write the processor into its file';
    throw new ValidationError('run.process-without-definition', message);
  }
  return onlyPipeline(withProcessor(pipeline, processor), settings);
}

/** A definition as the only pipeline. Throws a ValidationError `pipeline.invalid` with everything that is wrong in it. */
export function onlyPipeline(definition: PipelineDefinition, settings: Settings): Pipelines {
  return new OnePipeline(checked(definition, settings));
}

function withProcessor(definition: PipelineDefinition, processor: RunPipelineOptions['process']): PipelineDefinition {
  if (processor === undefined || definition.inference === undefined) return definition;
  const functions = definition.inference.functions.map((each) => ({ ...each, process: processor }));
  return { ...definition, inference: { ...definition.inference, functions } };
}

function checked(definition: PipelineDefinition, settings: Settings): Pipeline {
  const readPrompt = (path: string): string => {
    throw new ValidationError(
      'pipeline.no-file',
      `${path}: found the file of a prompt in a definition that has no folder, expected the prompt as text`,
    );
  };
  return checkPipeline(definition, { file: definition.name, readPrompt, defaults: pipelineDefaultsOf(settings) });
}

class OnePipeline extends Pipelines {
  constructor(private readonly pipeline: Pipeline) {
    super();
  }

  get(name: string): Pipeline {
    if (name === this.pipeline.name) return this.pipeline;
    throw new ValidationError('pipeline.unknown', `there is no pipeline ${name}; there is ${this.pipeline.name}`);
  }

  names(): string[] {
    return [this.pipeline.name];
  }
}

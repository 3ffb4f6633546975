import { RandomIds, RunRequested, SystemClock, ValidationError } from '@batchmill/contracts';
import { Pipelines, checkPipeline, type Pipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { MemoryLog, type Log } from '@batchmill/telemetry';
import { openEngine } from '../open-engine.js';
import type { RunReport } from '../reports/run-report.js';
import { runStages } from '../run-stages.js';
import { pipelineDefaultsOf, readSettings, type Settings } from '../settings/index.js';
import { awaitNotifications } from './await-notifications.js';
import { awaitRun, hasEnded } from './await-run.js';
import { expectOptions } from './expect-options.js';
import { expectRunId } from './expect-run-id.js';
import { expectRunnable } from './expect-runnable.js';
import { newRunId } from './new-run-id.js';
import { openWork } from './open-work.js';
import { requestRun } from './request-run.js';
import type { RunPipelineOptions } from './run-pipeline-options.js';
import { workedElsewhere } from './worked-elsewhere.js';

export interface PipelineResult extends RunReport {
  readonly totalProcessed: number;
}

/**
 * Runs a pipeline to its end, as `batchmill run --wait` does: with the stages in this process, unless another process is
 * at work on the same home; that one's work is followed, and taken over should it end before the run does. Rejects with a
 * ValidationError when the request cannot be run.
 */
export async function runPipeline(options: RunPipelineOptions): Promise<PipelineResult> {
  expectOptions(options);
  const settings = options.settings ?? readSettings({ env: process.env, cwd: process.cwd() });
  const log = options.log ?? new MemoryLog();
  const given = givenPipelines(options, settings);
  const runId = options.runId ?? newRunId(new SystemClock(), new RandomIds());
  expectRunId(runId);
  const request = new RunRequested(requestOf(options, runId));
  for (let isAsked = false; ; isAsked = true) {
    const report = await attendRun({ options, settings, log, given, runId, request, isAsked });
    if (report === null && options.signal?.aborted === true) {
      throw new ValidationError('run.unknown', `${runId}: the run was stopped before it began`);
    }
    if (report === null || !(hasEnded(report) || options.signal?.aborted === true)) continue;
    if (report.status === 'rejected') throw new ValidationError('run.rejected', report.reason ?? 'rejected');
    return { ...report, totalProcessed: report.succeeded + report.failed };
  }
}

interface Attending {
  readonly options: RunPipelineOptions;
  readonly settings: Settings;
  readonly log: Log;
  readonly given: Pipelines | null;
  readonly runId: string;
  readonly request: RunRequested;
  readonly isAsked: boolean;
}

/** Works a run here, or follows it while another process is at work. An unfinished report: nobody is at work any more. */
async function attendRun({ options, isAsked, ...attending }: Attending): Promise<RunReport | null> {
  const { settings, runId, request } = attending;
  const { onProgress, signal } = options;
  const working = await openWork(settings, {
    log: attending.log,
    name: 'run-pipeline',
    ...(attending.given === null ? {} : { pipelines: attending.given }),
  });
  if (working === null && attending.given !== null) {
    throw new ValidationError(
      'run.at-work-elsewhere',
      'another process is at work on this home and does not know the definition; put it into the folder of pipelines, or stop that process',
    );
  }
  const opened =
    working ?? (await openEngine(settings, { log: attending.log, name: 'run-pipeline', needsProvider: false }));
  const since = opened.engine.clock.now();
  try {
    if (working !== null && !isAsked) await expectRunnable(opened.engine, request);
    const running = working && (await runStages(opened.engine, (await import('@batchmill/all-in-one')).stages));
    try {
      options.onWork?.(working === null ? 'elsewhere' : 'here');
      if (!isAsked) await requestRun(opened.engine, request);
      const report = await awaitRun(opened.engine, runId, {
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(signal === undefined ? {} : { signal }),
        ...(working === null ? { isWorkedOn: workedElsewhere(settings, opened.engine.clock) } : {}),
      });
      if (working !== null && report !== null) await awaitNotifications(opened.engine, report, since, signal);
      return report;
    } finally {
      await running?.close();
    }
  } finally {
    await opened.close();
  }
}

function requestOf(options: RunPipelineOptions, runId: string): ConstructorParameters<typeof RunRequested>[0] {
  const { pipeline, endpoint, functions, parameters, documents, limit, redo } = options;
  return {
    runId,
    pipeline: typeof pipeline === 'string' ? pipeline : pipeline.name,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(functions === undefined ? {} : { functions: [...functions] }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(documents === undefined ? {} : { documents: [...documents] }),
    ...(limit === undefined ? {} : { limit }),
    ...(redo === undefined ? {} : { redo }),
  };
}

/** Null: the pipeline is one of the folder's. */
function givenPipelines({ pipeline, process: processor }: RunPipelineOptions, settings: Settings): Pipelines | null {
  if (typeof pipeline === 'string') {
    if (processor === undefined) return null;
    const message = 'process: found beside the name of a pipeline; give the definition itself, or say it in its file';
    throw new ValidationError('run.process-without-definition', message);
  }
  return new OnePipeline(checked(withProcessor(pipeline, processor), settings));
}

function withProcessor(definition: PipelineDefinition, processor: RunPipelineOptions['process']): PipelineDefinition {
  if (processor === undefined || definition.inference === undefined) return definition;
  const functions = definition.inference.functions.map((one) => ({ ...one, process: processor }));
  return { ...definition, inference: { ...definition.inference, functions } };
}

function checked(definition: PipelineDefinition, settings: Settings): Pipeline {
  const readPrompt = (path: string): string => {
    throw new ValidationError(
      'pipeline.no-file',
      `${path}: a definition that is given directly holds its prompts as text`,
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

import { ValidationError, closestName, type Endpoint, type Redo } from '@batchmill/contracts';
import type { ChatBody, PipelineDefinition, ResponseProcessor, ResponsesBody } from '@batchmill/pipeline';
import type { Log } from '@batchmill/telemetry';
import type { RunReport } from '../reports/run-report.js';
import type { Waiting } from '../reports/waiting.js';
import type { Settings } from '../settings/index.js';

export interface RunPipelineOptions {
  /** The name of a pipeline in the folder of pipelines, or a definition. */
  readonly pipeline: string | PipelineDefinition;
  readonly endpoint?: Endpoint;
  readonly functions?: readonly string[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly documents?: readonly (string | number)[];
  /** The maximum number of documents. */
  readonly limit?: number;
  /** Which documents to run again, besides those pending. */
  readonly redo?: Redo;
  /** The most that the run may spend, in US dollars. Default: that of the pipeline, else of the settings. */
  readonly maxUsd?: number;
  /** When all of it is to be done: `20m`, `2h`, or a time in ISO 8601. Default: batches take as long as they take. */
  readonly deadline?: string;
  /** Texts by which costs can be told apart. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly runId?: string;
  /** True: an estimate from at most 200 documents is kept with the run, and its report has it. Default: none is made. */
  readonly predicts?: boolean;
  /** Reshapes every answer before it is written. Replaces the `process` of the functions. For a definition only. */
  readonly process?: ResponseProcessor<ChatBody | ResponsesBody>;
  readonly onProgress?: (report: RunReport) => void;
  /** Called at each poll: what the run waits for because something went wrong, since when and why; null: nothing. */
  readonly onWaiting?: (waiting: Waiting | null) => void;
  /** Called when work begins, with whether this process or another one does it, and again when that changes. */
  readonly onWork?: (where: 'here' | 'elsewhere') => void;
  /** Aborted: work stops at a checkpoint. The same request continues the run later. */
  readonly signal?: AbortSignal;
  /** By default they are read from the environment and `.env`. */
  readonly settings?: Settings;
  readonly log?: Log;
}

const known: Readonly<Record<keyof RunPipelineOptions, true>> = {
  pipeline: true,
  endpoint: true,
  functions: true,
  parameters: true,
  documents: true,
  limit: true,
  redo: true,
  maxUsd: true,
  deadline: true,
  labels: true,
  runId: true,
  predicts: true,
  process: true,
  onProgress: true,
  onWaiting: true,
  onWork: true,
  signal: true,
  settings: true,
  log: true,
};

/** Throws a ValidationError for what a compiler would refuse. In plain JavaScript, a misspelt limit would run everything. */
export function checkOptions(options: RunPipelineOptions): void {
  const { pipeline }: { readonly pipeline?: unknown } = options;
  if (typeof pipeline !== 'string' && (typeof pipeline !== 'object' || pipeline === null)) {
    throw badOption(`pipeline: found ${typeof pipeline}, expected the name of a pipeline or its definition`);
  }
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const closest = closestName(name, names);
    throw badOption(`${name}: found an unknown option, expected ${closest ?? `one of ${names.join(', ')}`}`);
  }
}

function badOption(message: string): ValidationError {
  return new ValidationError('run.bad-option', `runPipeline: ${message}`);
}

import type { Endpoint, Redo } from '@batchmill/contracts';
import type { ChatBody, PipelineDefinition, ResponseProcessor, ResponsesBody } from '@batchmill/pipeline';
import type { Log } from '@batchmill/telemetry';
import type { RunReport } from '../reports/run-report.js';
import type { Settings } from '../settings/index.js';

export interface RunPipelineOptions {
  /** A name of the folder of pipelines, or a definition. */
  readonly pipeline: string | PipelineDefinition;
  readonly endpoint?: Endpoint;
  readonly functions?: readonly string[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly documents?: readonly (string | number)[];
  /** At most so many documents. */
  readonly limit?: number;
  /** Documents that have ended, to be done again besides those pending. */
  readonly redo?: Redo;
  readonly runId?: string;
  /** Reshapes every answer before it is written, in place of the functions' own `process`. For a definition only. */
  readonly process?: ResponseProcessor<ChatBody | ResponsesBody>;
  readonly onProgress?: (report: RunReport) => void;
  /** Told where the work is done, and again when that changes. */
  readonly onWork?: (where: 'here' | 'elsewhere') => void;
  /** Aborted: the work stops at a checkpoint; the same run goes on when it is asked for again. */
  readonly signal?: AbortSignal;
  /** Missing: read from the environment and `.env`. */
  readonly settings?: Settings;
  readonly log?: Log;
}

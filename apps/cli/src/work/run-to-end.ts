import type { Event } from '@batchmill/contracts';
import type { Pipelines } from '@batchmill/pipeline';
import { endedRunStates } from '@batchmill/records';
import { awaitRun, type Line, type RunReport, type Settings } from '@batchmill/service';
import { writeLine, type Output, type Shell } from '../shell.js';
import { progressDisplay } from '../show/progress-display.js';
import { carryOut } from './carry-out.js';
import { openLog } from './open-log.js';
import { awaitTold } from './await-told.js';
import { errorsOf } from './errors-of.js';

export interface RunToEnd {
  readonly settings: Settings;
  readonly pipelines: Pipelines;
  readonly runId: string;
  /** What begins it, or changes its course. */
  readonly event: Event;
  /** Where progress is shown; results go elsewhere. */
  readonly progress: Output;
}

export interface RunEnd {
  /** Null: it was stopped before anything of the run was seen. */
  readonly report: RunReport | null;
  readonly errors: readonly string[];
  /** Warnings and errors that were only written to the log. */
  readonly untoldTroubles: number;
  readonly logFile: string;
}

/** Brings a run to its end, or as far as it comes before Ctrl-C, and shows how it goes. */
export async function runToEnd(shell: Shell, { settings, pipelines, runId, event, progress }: RunToEnd): Promise<RunEnd> {
  const display = progressDisplay(progress, shell.env);
  const { home } = settings.installation;
  const logging = openLog(home, settings.service.logLevel, display.isLive ? null : shell.err);
  const stop = shell.stopSignal();
  const sayStopping = (): void => {
    display.end();
    writeLine(progress, 'stopping at the next checkpoint; Ctrl-C again stops at once');
  };
  stop.addEventListener('abort', sayStopping, { once: true });
  let errors: readonly string[] = [];
  try {
    const watch = async (line: Line, signal: AbortSignal): Promise<RunReport | null> => {
      const requestsPerDocument = new RequestsPerDocument(line, runId);
      const report = await awaitRun(line, runId, {
        signal,
        onProgress: (now) => {
          if (!stop.aborted) display.show(now, requestsPerDocument.known());
        },
      });
      errors = await errorsOf(line, runId);
      if (report !== null && isOver(report)) await awaitTold(line, settings, runId);
      return report;
    };
    const report = await carryOut(
      { settings, pipelines, log: logging.log, stop },
      { event, watch, isDone: (seen) => seen !== null && isOver(seen), onPlace: (place) => writeLine(progress, told(place, home)) },
    );
    display.end();
    return { report, errors, untoldTroubles: display.isLive ? logging.troubles() : 0, logFile: logging.file };
  } finally {
    stop.removeEventListener('abort', sayStopping);
    display.end();
    await logging.close();
  }
}

/** Nothing more will happen to it by itself. */
export function isOver({ status }: RunReport): boolean {
  return status === 'stuck' || endedRunStates.some((state) => state === status);
}

function told(place: 'here' | 'elsewhere', home: string): string {
  return place === 'here'
    ? `the stages work in this process, on ${home}`
    : `another process is at work on ${home}: it does the work, this one follows`;
}

/** Looked up once, when the run has been accepted. */
class RequestsPerDocument {
  #functions = 0;

  constructor(line: Line, runId: string) {
    void this.#look(line, runId);
  }

  known(): number {
    return Math.max(1, this.#functions);
  }

  async #look(line: Line, runId: string): Promise<void> {
    this.#functions = (await line.runs.get(runId))?.functions.length ?? 0;
  }
}

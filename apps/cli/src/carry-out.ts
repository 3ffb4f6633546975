import type { Event } from '@batchmill/contracts';
import {
  awaitTold,
  lineOfRun,
  lineWithoutWork,
  openWork,
  publishEvent,
  reportRun,
  runStages,
  type Line,
  type Settings,
} from '@batchmill/service';
import type { Type } from '@nestjs/common';
import { pathHere } from './show/path-here.js';
import { stopSignal } from './stop-signal.js';
import { logIn, withRecords } from './with-line.js';

export interface Wish {
  readonly event: Event;
  /** Those that are needed for it, when nobody is at work. */
  readonly stages: readonly Type[];
  /** Who is the only one they work for; missing: whatever is due; null: they record the wish and work on nothing. */
  readonly runId?: string | null;
  /** Asked again and again, until it says so. */
  readonly isDone: (line: Line) => Promise<boolean>;
}

const lookMs = 250;

/**
 * Says a wish to whoever is at work on the home; when nobody is, works on it here until it is done. Stopped: the wish
 * stays recorded.
 */
export async function carryOut(
  settings: Settings,
  { event, stages, runId, isDone }: Wish,
): Promise<'asked' | 'done' | 'stopped'> {
  const working = await openWork(settings, { log: logIn(settings), name: 'cli' });
  if (working === null) {
    await withRecords((line) => publishEvent(line, event));
    return 'asked';
  }
  const { line } = working;
  const stopping = stopSignal((text) => process.stderr.write(text));
  try {
    process.stdout.write(`nobody is at work on ${pathHere(settings.installation.home)}: this process does it\n`);
    const running = await runStages(lineFor(line, runId), stages);
    try {
      const since = line.clock.now();
      await publishEvent(line, event);
      while (!stopping.aborted) {
        if (await isDone(line)) {
          await tell(line, runId, since, stopping);
          return 'done';
        }
        await line.clock.sleep(lookMs, stopping);
      }
      return 'stopped';
    } finally {
      await running.close();
    }
  } finally {
    await working.close();
  }
}

function lineFor(line: Line, runId: Wish['runId']): Line {
  if (runId === undefined) return line;
  return runId === null ? lineWithoutWork(line) : lineOfRun(line, runId);
}

/** Of a run whose end was the wish people are told before this process ends. */
async function tell(line: Line, runId: Wish['runId'], since: Date, signal: AbortSignal): Promise<void> {
  const run = runId == null ? null : await line.runs.get(runId);
  if (run !== null) await awaitTold(line, await reportRun(line, run), since, signal);
}

import type { Event } from '@batchmill/contracts';
import {
  awaitNotifications,
  engineForRun,
  engineForCommands,
  tryOpenEngine,
  publishEvent,
  reportRun,
  runStages,
  type Engine,
  type Settings,
} from '@batchmill/service';
import type { Type } from '@nestjs/common';
import { pathHere } from './show/path-here.js';
import { stopSignal } from './stop-signal.js';
import { logIn, withRecords } from './with-engine.js';

export interface Wish {
  readonly event: Event;
  /** Those that are needed for it, when nobody is at work. */
  readonly stages: readonly Type[];
  /** Who is the only one they work for; missing: whatever is due; null: they record the wish and work on nothing. */
  readonly runId?: string | null;
  /** Asked again and again, until it says so. */
  readonly isDone: (engine: Engine) => Promise<boolean>;
}

const pollMs = 250;

/**
 * Says a wish to whoever is at work on the home; when nobody is, works on it here until it is done. Stopped: the wish
 * stays recorded.
 */
export async function carryOut(
  settings: Settings,
  { event, stages, runId, isDone }: Wish,
): Promise<'requested' | 'done' | 'stopped'> {
  const working = await tryOpenEngine(settings, { log: logIn(settings), name: 'cli' });
  if (working === null) {
    await withRecords((engine) => publishEvent(engine, event));
    return 'requested';
  }
  const { engine } = working;
  const stopping = stopSignal((text) => process.stderr.write(text));
  try {
    process.stdout.write(`nobody is at work on ${pathHere(settings.installation.home)}: this process does it\n`);
    const running = await runStages(lineFor(engine, runId), stages);
    try {
      const since = engine.clock.now();
      await publishEvent(engine, event);
      while (!stopping.aborted) {
        if (await isDone(engine)) {
          await tell(engine, runId, since, stopping);
          return 'done';
        }
        await engine.clock.sleep(pollMs, stopping);
      }
      return 'stopped';
    } finally {
      await running.close();
    }
  } finally {
    await working.close();
  }
}

function lineFor(engine: Engine, runId: Wish['runId']): Engine {
  if (runId === undefined) return engine;
  return runId === null ? engineForCommands(engine) : engineForRun(engine, runId);
}

/** Of a run whose end was the wish people are told before this process ends. */
async function tell(engine: Engine, runId: Wish['runId'], since: Date, signal: AbortSignal): Promise<void> {
  const run = runId == null ? null : await engine.runs.get(runId);
  if (run !== null) await awaitNotifications(engine, await reportRun(engine, run), since, signal);
}

import type { Event } from '@batchmill/contracts';
import type { Batch } from '@batchmill/records';
import {
  awaitNotifications,
  engineForBatch,
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
import type { Say } from './show/output.js';
import { statePlace } from './show/state-place.js';
import { abortOnSignals } from './signals.js';
import { fileLog, withRecords } from './with-engine.js';

/** A command that a running process obeys, and what this process needs to obey it itself. */
export interface EngineCommand {
  /** One event, or several that are sent together. */
  readonly event: Event | readonly Event[];
  /** The stages that obey the command. They run here when no other process is working on the home. */
  readonly stages: readonly Type[];
  /** The only run that these stages work on. Undefined: they work on everything due. Null: they record the command only. */
  readonly runId?: string | null;
  /** The only batch that these stages work on. */
  readonly batch?: Pick<Batch, '_id' | 'runId'>;
  /** Polled until it resolves with true. */
  readonly isDone: (engine: Engine) => Promise<boolean>;
}

/** A running process was asked to obey; it is done here; the user stopped it here. */
export type CommandOutcome = 'requested' | 'done' | 'stopped';

const pollMs = 250;

/**
 * Sends a command to the process that is working on the home. Without such a process it runs the stages here until the
 * command is done. The command stays recorded when the user stops this. `say` prints where it is done.
 */
export async function sendCommand(
  settings: Settings,
  { event, stages, runId, batch, isDone }: EngineCommand,
  say: Say,
): Promise<CommandOutcome> {
  const opened = await tryOpenEngine(settings, { log: fileLog(settings), name: 'cli' });
  if (opened === null) {
    await withRecords((engine) => publishAll(engine, event));
    return 'requested';
  }
  const { engine } = opened;
  const stopping = abortOnSignals((text) => process.stderr.write(text));
  try {
    say(`no other process works on ${statePlace(settings)}: this one carries out the command`);
    const limited = batch === undefined ? limitedTo(engine, runId) : engineForBatch(engine, batch);
    const running = await runStages(limited, stages);
    try {
      const since = engine.clock.now();
      await publishAll(engine, event);
      while (!stopping.aborted) {
        engine.readiness.throwIfFatal();
        if (await isDone(engine)) {
          await awaitNotificationsOf(engine, runId, since, stopping);
          return 'done';
        }
        await engine.clock.sleep(pollMs, stopping);
      }
      return 'stopped';
    } finally {
      await running.close();
    }
  } finally {
    await opened.close();
  }
}

async function publishAll(engine: Engine, event: EngineCommand['event']): Promise<void> {
  for (const one of [event].flat()) await publishEvent(engine, one);
}

function limitedTo(engine: Engine, runId: EngineCommand['runId']): Engine {
  if (runId === undefined) return engine;
  return runId === null ? engineForCommands(engine) : engineForRun(engine, runId);
}

/** Waits for the notifications of a run that the command ended, before the process exits. */
async function awaitNotificationsOf(
  engine: Engine,
  runId: EngineCommand['runId'],
  since: Date,
  signal: AbortSignal,
): Promise<void> {
  const run = runId == null ? null : await engine.runs.get(runId);
  if (run !== null) await awaitNotifications(engine, await reportRun(engine, run), { since, signal });
}

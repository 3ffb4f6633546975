import { setTimeout as delay } from 'node:timers/promises';
import { stages } from '@batchmill/all-in-one';
import type { Event } from '@batchmill/contracts';
import type { Pipelines } from '@batchmill/pipeline';
import { isAtWork, openLine, publishEvent, runStages, type Line, type Settings } from '@batchmill/service';
import type { Log } from '@batchmill/telemetry';

export interface Workplace {
  readonly settings: Settings;
  readonly pipelines: Pipelines;
  readonly log: Log;
  /** Aborted: the work stops at a checkpoint. */
  readonly stop: AbortSignal;
}

export interface Task<T> {
  /** Said once, when there is somebody to hear it. */
  readonly event: Event;
  /** Resolves when there is no more to wait for, or the signal is aborted. */
  readonly watch: (line: Line, signal: AbortSignal) => Promise<T>;
  readonly isDone: (seen: T) => boolean;
  /** Told before the work goes on in this process, or in the one that is at work on the home already. */
  readonly onPlace: (place: 'here' | 'elsewhere') => void;
}

const lookMs = 500;
/** A process that stops lets go of one thing after the other. */
const letGoMs = 1_000;
const maxTries = 20;

/**
 * Has something done and watches it: by the stages in this process, or by the process that is at work on the home
 * already. When that one ends before it is done, this one goes on.
 */
export async function carryOut<T>(place: Workplace, task: Task<T>): Promise<T> {
  const turn = { ...task, said: false };
  for (let tries = 1; ;) {
    try {
      if (!isAtWork(place.settings)) return await workHere(place, turn);
      const seen = await followElsewhere(place, turn);
      if (task.isDone(seen) || place.stop.aborted) return seen;
    } catch (error) {
      if (!isTakenMeanwhile(error) || (tries += 1) > maxTries) throw error;
    }
    await delay(letGoMs, undefined, { signal: place.stop }).catch(() => undefined);
  }
}

type Turn<T> = Task<T> & { said: boolean };

async function workHere<T>({ settings, pipelines, log, stop }: Workplace, turn: Turn<T>): Promise<T> {
  const opened = await openLine(settings, { log, name: 'cli', needsProvider: true, pipelines });
  try {
    const running = await runStages(opened.line, stages);
    try {
      turn.onPlace('here');
      await say(opened.line, turn);
      return await turn.watch(opened.line, stop);
    } finally {
      await running.close();
    }
  } finally {
    await opened.close();
  }
}

async function followElsewhere<T>({ settings, pipelines, log, stop }: Workplace, turn: Turn<T>): Promise<T> {
  const opened = await openLine(settings, { log, name: 'cli', needsProvider: false, pipelines });
  const deserted = new AbortController();
  const looking = setInterval(() => {
    if (!isAtWork(settings)) deserted.abort();
  }, lookMs);
  try {
    turn.onPlace('elsewhere');
    await say(opened.line, turn);
    return await turn.watch(opened.line, AbortSignal.any([stop, deserted.signal]));
  } finally {
    clearInterval(looking);
    await opened.close();
  }
}

async function say<T>(line: Line, turn: Turn<T>): Promise<void> {
  if (!turn.said) await publishEvent(line, turn.event);
  turn.said = true;
}

/** Somebody else began between the look and the start. */
function isTakenMeanwhile(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'bus.already-consumed' || code === 'simulator.data-in-use';
}

import type { Bus } from '@batchmill/bus';
import { EmbeddedBus, busFileIn, consumerLockOf } from '@batchmill/bus/embedded';
import type { Clock } from '@batchmill/contracts';
import { join } from 'node:path';
import type { Settings } from './settings/index.js';

/*
 * Of the processes that share an embedded home, one at a time runs stages. The lock is the embedded bus's right to consume.
 * Other buses have no such lock: any number of processes may run stages on them.
 */

const restartMs = 3_000;

/** Whether stages may be running, here or in another process. True for other buses, which do not tell. */
export function isEngineRunning(settings: Settings): boolean {
  return settings.adapters.bus.scheme !== 'embedded' || isEngineLocked(settings);
}

/** The id of the process that runs stages on this embedded home; null: none does. `unknown`: one does, and left no id. */
export function engineHolder(settings: Settings): number | 'unknown' | null {
  if (!isEngineLocked(settings)) return null;
  return EmbeddedBus.lastConsumerOf(busFileIn(settings.installation.home)) ?? 'unknown';
}

/** Whether stages run on this embedded home, here or in another process. False for other buses, which do not tell. */
export function isEngineLocked({ adapters, installation }: Settings): boolean {
  return adapters.bus.scheme === 'embedded' && EmbeddedBus.isConsumed(busFileIn(installation.home));
}

/** A lock of a home beside that of its stages. Returns what releases it; null: another process has it. */
export function lockHome({ installation: { home } }: Settings, name: string): (() => void) | null {
  const lock = consumerLockOf(join(home, name));
  return lock.acquire() ? () => lock.release() : null;
}

/**
 * Takes the lock of an embedded home until the bus is closed. Throws `bus.already-consumed` when another process has it.
 * Does nothing for other buses.
 */
export function lockEngine(bus: Bus): void {
  if (bus instanceof EmbeddedBus) bus.keepConsuming();
}

/**
 * The returned function is called at intervals. It tells whether another process still runs the stages. A pause of a few
 * seconds, as of a restart, does not count as an end.
 */
export function followOtherEngine(settings: Settings, clock: Clock): () => boolean {
  let stoppedAt: number | null = null;
  return () => {
    const now = clock.now().getTime();
    stoppedAt = isEngineRunning(settings) ? null : (stoppedAt ?? now);
    return stoppedAt === null || now - stoppedAt < restartMs;
  };
}

import type { Bus } from '@batchmill/bus';
import { EmbeddedBus, busFileIn } from '@batchmill/bus/embedded';
import type { Settings } from '../settings/index.js';

/*
 * Of the processes that share an embedded home, one at a time runs stages. Its lock is the right to consume of the embedded
 * bus. Other buses have no such lock: any number of processes may work on them.
 */

/** Whether stages may be running already, here or elsewhere. Of a bus that is not embedded this cannot be known: true. */
export function isAtWork({ adapters, installation }: Settings): boolean {
  return adapters.bus.scheme !== 'embedded' || EmbeddedBus.isConsumed(busFileIn(installation.home));
}

/**
 * Takes the lock of an embedded home until the bus is closed. Throws `bus.already-consumed` when another process has it.
 * Does nothing for other buses.
 */
export function beAtWork(bus: Bus): void {
  if (bus instanceof EmbeddedBus) bus.keepConsuming();
}

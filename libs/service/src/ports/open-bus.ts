import { ValidationError, type Clock } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

export function openBus(settings: Settings, clock: Clock): Bus {
  if (settings.adapters.bus.scheme === 'embedded') return EmbeddedBus.open({ file: busFileIn(settings), clock });
  throw new ValidationError(
    'settings.no-adapter',
    'BATCHMILL_BUS: found an address of kafka:, for which this version has no adapter yet; leave it out',
  );
}

/**
 * True when another process, or this one, may be running the stages: others publish and read. Who is behind a Kafka
 * nobody knows; it is there for services that are.
 */
export function isAtWork(settings: Settings): boolean {
  return settings.adapters.bus.scheme !== 'embedded' || EmbeddedBus.isConsumed(busFileIn(settings));
}

/**
 * Takes the right to work on the home until the bus is closed, where only one process at a time may have it. Throws
 * `bus.already-consumed` when another process is at work.
 */
export function beAtWork(bus: Bus): void {
  if (bus instanceof EmbeddedBus) bus.keepConsuming();
}

function busFileIn({ installation: { home } }: Settings): string {
  return join(home, 'bus.db');
}

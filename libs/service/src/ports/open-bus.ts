import type { Clock } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import type { Log } from '@batchmill/telemetry';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

export async function openBus(
  settings: Settings,
  { clock, log, name }: { clock: Clock; log: Log; name: string },
): Promise<Bus> {
  const { adapters, kafka } = settings;
  if (adapters.bus.scheme === 'embedded') return EmbeddedBus.open({ file: busFileIn(settings), clock });
  const { KafkaBus } = await import('@batchmill/bus/kafka');
  const { user, password, mechanism, tls, caFile, serverName, sessionTimeoutMs, partitions, replicationFactor } = kafka;
  return KafkaBus.open({
    url: adapters.bus.url,
    clientId: `batchmill-${name}`,
    sessionTimeoutMs,
    partitions,
    replicationFactor,
    sasl: user === null || password === null ? null : { mechanism, user, password },
    tls: tls === 'true' ? { ca: caFile === null ? null : readFileSync(caFile, 'utf8'), serverName } : null,
    log,
  });
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

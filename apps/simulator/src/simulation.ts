import type { DatabaseSync } from 'node:sqlite';
import type { BatchStore } from './batches/batch-store.js';
import type { SimulatedClock } from './clock/simulated-clock.js';
import type { FaultInjector } from './faults/fault-injector.js';
import type { Ledger } from './ledger/ledger.js';
import type { ResolvedOptions } from './options.js';
import type { RateLimits } from './rates/rate-limits.js';
import type { WebhookSender } from './webhooks/webhook-sender.js';
import type { FileStore } from './storage/file-store.js';

/** The collaborators of one simulator. */
export interface Simulation {
  readonly options: ResolvedOptions;
  readonly clock: SimulatedClock;
  readonly database: DatabaseSync;
  readonly files: FileStore;
  readonly batches: BatchStore;
  readonly ledger: Ledger;
  readonly faults: FaultInjector;
  readonly rateLimits: RateLimits;
  readonly webhooks: WebhookSender;
  /** Called with failures that the simulator retries, such as writing to a full disk. */
  readonly onError: (message: string) => void;
}

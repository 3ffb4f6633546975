import type { DatabaseSync } from 'node:sqlite';
import type { BatchStore } from './batches/batch-store.js';
import type { SimulatedClock } from './clock/simulated-clock.js';
import type { FaultBox } from './faults/fault-box.js';
import type { Ledger } from './ledger/ledger.js';
import type { ResolvedOptions } from './options.js';
import type { FileStore } from './storage/file-store.js';

/** What the parts of one simulator work with. */
export interface Simulation {
  readonly options: ResolvedOptions;
  readonly clock: SimulatedClock;
  readonly database: DatabaseSync;
  readonly files: FileStore;
  readonly batches: BatchStore;
  readonly ledger: Ledger;
  readonly faults: FaultBox;
  /** Told of what the simulator could not do and tries again, such as writing to a full disk. */
  readonly onTrouble: (message: string) => void;
}

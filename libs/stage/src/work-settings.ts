/** How the work loops of a process go about it. */
export abstract class WorkSettings {
  /** Names this process in leases. */
  abstract readonly owner: string;
  abstract readonly leaseMs: number;
  /** How often a stage looks by its clock, whatever messages said. */
  abstract readonly pollMs: number;
  /** Records that one stage works on at once. */
  abstract readonly concurrency: number;
  /** Tries before a record is parked. */
  abstract readonly maxAttempts: number;
  abstract readonly backoffMs: number;
  abstract readonly maxBackoffMs: number;
  /** How old a fact must be before it is said again. */
  abstract readonly republishAfterMs: number;
  /** How long a stop waits for work to reach a checkpoint. */
  abstract readonly shutdownMs: number;
}

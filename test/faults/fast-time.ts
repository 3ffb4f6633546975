import { endedRunStates } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { storedRecords, type FastClock } from '@batchmill/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultyProcesses } from './faulty-processes.js';
import type { SimulatorAdmin } from './simulator-admin.js';

const minuteMs = 60_000;
export const lookEveryMs = 40;
/** So many looks must see the same before time jumps, and each jump is longer while nothing changes. */
export const quietLooks = 2;
const firstJumpMs = 10_000;
const longestJumpMs = 12 * 60 * minuteMs;
/** Then the provider is mended. */
const jumpsUntilMended = 30;
/** What has not come about after so many jumps in which nothing changed does not come. */
const jumpsUntilStuck = 60;

interface Parts {
  readonly store: Store;
  readonly clock: FastClock;
  readonly admin: SimulatorAdmin;
  readonly processes: () => readonly FaultyProcesses[];
  /** Called once, or more often, when nothing has come about for long. */
  readonly mend: () => Promise<void>;
}

/** Time that jumps while nothing happens: at the provider, in the engine's clock, and for frozen processes. */
export class FastTime {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `onLook`: called at each look. Null: the runs have ended. */
  async untilEnded(runIds: readonly string[], onLook: () => Promise<void> = async () => {}): Promise<string | null> {
    let seen = '';
    let looks = 0;
    let quietJumps = 0;
    for (let jumps = 0; ;) {
      await delay(lookEveryMs);
      await onLook();
      const { state, isEnded } = await lookAt(this.#parts.store, runIds);
      if (isEnded) return null;
      looks += 1;
      if (state !== seen) [seen, looks, quietJumps] = [state, 0, 0];
      if (looks < quietLooks) continue;
      if (quietJumps > jumpsUntilStuck) return `the runs do not end: ${state}`;
      await this.jump(Math.min(longestJumpMs, firstJumpMs * 4 ** quietJumps));
      [looks, quietJumps, jumps] = [0, quietJumps + 1, jumps + 1];
      if (jumps >= jumpsUntilMended) await this.#parts.mend();
    }
  }

  /** Until `problemsIn` finds nothing: what was killed or thawed, and orphans, take some time. Returns what it found last. */
  async untilFree(problemsIn: () => Promise<readonly string[]>): Promise<readonly string[]> {
    for (const processes of this.#parts.processes()) await processes.untilDead();
    for (let jumps = 0; ; jumps += 1) {
      const problems = await problemsIn();
      if (problems.length === 0 || jumps > jumpsUntilStuck) return problems;
      await delay(lookEveryMs * quietLooks);
      await this.jump(Math.min(longestJumpMs, firstJumpMs * 1.3 ** jumps));
    }
  }

  async jump(ms: number): Promise<void> {
    await this.#parts.admin.advance(ms);
    this.#parts.clock.advance(ms);
    for (const processes of this.#parts.processes()) processes.noteJump();
  }
}

/** What is recorded of some runs. `state` changes with each step forward, not with each poll. */
export async function lookAt(store: Store, runIds: readonly string[]) {
  const { runs, claims, batches } = storedRecords(store);
  const ofRuns = { runId: { $in: [...runIds] } };
  const [allRuns, allClaims, allBatches] = await Promise.all([
    Array.fromAsync(runs.find({ _id: { $in: [...runIds] } })),
    Array.fromAsync(claims.find(ofRuns)),
    Array.fromAsync(batches.find(ofRuns)),
  ]);
  const state = [
    ...[...allRuns, ...allClaims].map((one) => `${one._id} ${one.state}`),
    ...allBatches.map(({ _id, state: at, submission, provider, ingestion, previousAttempts, error }) =>
      [
        ...[_id, at, submission.fileId, submission.armed?.key, submission.fileDeletedAt?.getTime()],
        ...[previousAttempts.length, provider?.state, ingestion.part, ingestion.offset, error?.code],
      ].join(' '),
    ),
  ].join('\n');
  return {
    state,
    isEnded: allRuns.length === runIds.length && allRuns.every((run) => endedRunStates.includes(run.state)),
    batches: allBatches,
    parked: [...allRuns, ...allClaims, ...allBatches].filter((record) => record.parked),
  };
}

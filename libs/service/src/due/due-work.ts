import type { Clock } from '@batchmill/contracts';
import type { DueRecords, Records, WorkRecord } from '@batchmill/records';

/** The work of one stage, in this process and in every other one. */
export interface DueWorkOfStage {
  readonly stage: string;
  /** How many records it can work on now or is working on. */
  readonly due: number;
  /** When the one that has been due longest became due. Null: none is due. */
  readonly since: Date | null;
  /** Whole seconds from then to now. 0: none is due. */
  readonly seconds: number;
}

interface Reading {
  readonly atMs: number;
  readonly work: Promise<readonly DueWorkOfStage[]>;
}

/** However many ask for it, the store is asked once in this time. */
const keptMs = 1_000;

/**
 * How much work every stage has, by which its replicas can be scaled. It is read from the store, which all processes share,
 * so each of them answers for all stages, also for those that run nowhere. A consumer works on messages and has no records.
 */
export class DueWork {
  /** The stages, sorted. */
  readonly stages: readonly string[];
  #reading: Reading | null = null;

  constructor(
    private readonly records: readonly Records<WorkRecord>[],
    private readonly clock: Clock,
  ) {
    this.stages = [...new Set(records.flatMap(({ stageOf }) => Object.values(stageOf) as string[]))].sort();
  }

  /** The work of all stages, at most a second old. Rejects with a ConnectionError while the store is unavailable. */
  read(): Promise<readonly DueWorkOfStage[]> {
    const nowMs = this.clock.now().getTime();
    const kept = this.#reading;
    if (kept !== null && Math.abs(nowMs - kept.atMs) < keptMs) return kept.work;
    const reading = { atMs: nowMs, work: this.#read() };
    this.#reading = reading;
    reading.work.catch(() => {
      if (this.#reading === reading) this.#reading = null;
    });
    return reading.work;
  }

  async #read(): Promise<readonly DueWorkOfStage[]> {
    const ofStates = this.records.flatMap((records) =>
      Object.entries(records.stageOf).map(async ([state, stage]) => ({ stage, ...(await records.dueIn(state)) })),
    );
    const found = await Promise.all(ofStates);
    const nowMs = this.clock.now().getTime();
    return this.stages.map((stage) =>
      sumOf(
        stage,
        found.filter((each) => each.stage === stage),
        nowMs,
      ),
    );
  }
}

function sumOf(stage: string, ofStates: readonly DueRecords[], nowMs: number): DueWorkOfStage {
  const sinceMs = ofStates.flatMap(({ since }) => since?.getTime() ?? []);
  const due = ofStates.reduce((sum, { count }) => sum + count, 0);
  if (sinceMs.length === 0) return { stage, due, since: null, seconds: 0 };
  const oldestMs = Math.min(...sinceMs);
  return { stage, due, since: new Date(oldestMs), seconds: Math.max(0, Math.floor((nowMs - oldestMs) / 1000)) };
}

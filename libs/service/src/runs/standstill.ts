import { isDependencyUnavailable, type Clock } from '@batchmill/contracts';
import type { DueWork, DueWorkOfStage } from '../due/due-work.js';
import type { RunReport } from '../reports/run-report.js';
import type { Waiting } from '../reports/waiting.js';

const shownAfterMs = 20_000;

/**
 * Notices that nothing moves in a run that other processes work on, while a stage has had work for as long: that stage does
 * probably not run. A run that waits for the provider has no due work.
 */
export class Standstill {
  readonly #clock: Clock;
  #seen = '';
  #sinceMs: number;

  constructor(private readonly engine: { readonly clock: Clock; readonly dueWork: Pick<DueWork, 'read'> }) {
    this.#clock = engine.clock;
    this.#sinceMs = this.#clock.now().getTime();
  }

  /** Null: something moved within 20 seconds, or no stage has work. */
  async look({ status, progress }: Pick<RunReport, 'status' | 'progress'>): Promise<Waiting | null> {
    const now = this.#clock.now().getTime();
    const seen = JSON.stringify([status, progress]);
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#sinceMs = now;
    }
    const standsMs = now - this.#sinceMs;
    if (standsMs < shownAfterMs) return null;
    const idle = (await this.#dueWork())
      .filter(({ seconds }) => seconds * 1000 >= shownAfterMs)
      .map(({ stage }) => stage);
    if (idle.length === 0) return null;
    const since = new Date(this.#sinceMs).toISOString();
    return {
      since,
      message: `nothing moves and ${idle.join(', ')} has work: does it run? Start it with: batchmill serve ${idle.join(' ')}`,
    };
  }

  async #dueWork(): Promise<readonly DueWorkOfStage[]> {
    try {
      return await this.engine.dueWork.read();
    } catch (error) {
      if (isDependencyUnavailable(error)) return [];
      throw error;
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceProcess } from './service-process.js';

export interface Scaling {
  readonly stage: string;
  /** How many due records a replica is to have. */
  readonly target: number;
  readonly max: number;
  /** Answers how much work the stage has. A service of any stage can. */
  readonly asked: ServiceProcess;
  readonly start: () => Promise<ServiceProcess>;
}

/**
 * Runs as many replicas of a stage as its due work asks for, by the rule of KEDA's trigger `metrics-api`: due records by target,
 * rounded up. It scales down at once, which KEDA does after a while, so that replicas are taken away while they work.
 */
export class ScaledStage {
  /** How many replicas were wanted, each time that it changed. */
  readonly wanted: number[] = [0];
  /** How replicas that were taken away have ended. */
  readonly ends: { readonly code: number | null; readonly signal: string | null }[] = [];
  readonly #replicas: ServiceProcess[] = [];
  readonly #following: Promise<void>;
  #isEnded = false;

  private constructor(private readonly scaling: Scaling) {
    this.#following = this.#follow();
  }

  static follow(scaling: Scaling): ScaledStage {
    return new ScaledStage(scaling);
  }

  /** Stops all replicas. Rejects with what went wrong while it scaled. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#following;
    await this.#scaleTo(0);
  }

  async #follow(): Promise<void> {
    while (!this.#isEnded) {
      await this.#scaleTo(await this.#wantedNow());
      await delay(500);
    }
  }

  async #wantedNow(): Promise<number> {
    const { asked, stage, target, max } = this.scaling;
    const { status, text } = await asked.ask(`/due/${stage}`);
    if (status !== 200) throw new Error(`/due/${stage} answered ${status}: ${text}`);
    const { due } = JSON.parse(text) as { due: number };
    const wanted = Math.min(max, Math.ceil(due / target));
    if (wanted !== this.wanted.at(-1)) this.wanted.push(wanted);
    return wanted;
  }

  async #scaleTo(count: number): Promise<void> {
    const missing = Array.from({ length: Math.max(0, count - this.#replicas.length) });
    this.#replicas.push(...(await Promise.all(missing.map(() => this.scaling.start()))));
    const surplus = this.#replicas.splice(count);
    this.ends.push(...(await Promise.all(surplus.map((replica) => replica.end('SIGTERM')))));
  }
}

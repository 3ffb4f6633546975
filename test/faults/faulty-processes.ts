import type { OpenAiProvider } from '@batchmill/provider/openai';
import type { Trouble } from './fault-case.js';
import { ProcessGate } from './process-gate.js';

/** An engine that can be killed or frozen, as the process that it would run in. */
export interface FaultyProcess {
  readonly gate: ProcessGate;
  readonly provider: OpenAiProvider;
  readonly running: Promise<{ close(): Promise<void> }>;
}

/** One process at a time. Each trouble happens to one of them, and then the next is started. */
export class FaultyProcesses {
  /** The troubles that have happened. */
  readonly hits: Trouble['kind'][] = [];
  readonly #troubles: Trouble[];
  readonly #living = new Set<FaultyProcess>();
  readonly #frozen = new Map<FaultyProcess, { jumpsToThaw: number }>();
  readonly #deaths: Promise<void>[] = [];

  constructor(
    troubles: readonly Trouble[],
    private readonly open: (gate: ProcessGate) => FaultyProcess,
  ) {
    this.#troubles = [...troubles];
  }

  start(): void {
    const trouble = this.#troubles.shift() ?? null;
    const gate = new ProcessGate(trouble?.at ?? null, () => {
      if (trouble === null) return;
      this.hits.push(trouble.kind);
      if (trouble.kind === 'kill') this.#kill(started);
      else this.#freeze(started, trouble);
    });
    const started = this.open(gate);
    this.#living.add(started);
  }

  /** Time has jumped. Thaws the processes that were to be frozen for so many jumps. */
  noteJump(): void {
    for (const [frozen, left] of this.#frozen) {
      left.jumpsToThaw -= 1;
      if (left.jumpsToThaw <= 0) this.#thaw(frozen);
    }
  }

  thawAll(): void {
    for (const frozen of this.#frozen.keys()) this.#thaw(frozen);
  }

  /** Resolves when the killed processes hold nothing any more. */
  async untilDead(): Promise<void> {
    await Promise.all(this.#deaths);
  }

  async close(): Promise<void> {
    this.thawAll();
    await this.untilDead();
    for (const { running, provider } of this.#living) {
      await (await running).close();
      await provider.close();
    }
  }

  #kill(killed: FaultyProcess): void {
    this.#living.delete(killed);
    this.#deaths.push(killed.gate.kill().then(() => killed.provider.close()));
    this.start();
  }

  #freeze(frozen: FaultyProcess, { jumps }: Trouble): void {
    frozen.gate.freeze();
    this.#frozen.set(frozen, { jumpsToThaw: jumps });
    this.start();
  }

  #thaw(frozen: FaultyProcess): void {
    this.#frozen.delete(frozen);
    frozen.gate.thaw();
  }
}

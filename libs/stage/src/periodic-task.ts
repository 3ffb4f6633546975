import type { Transition } from '@batchmill/records';
import { recordedError } from '@batchmill/records';
import { inSpan } from '@batchmill/telemetry';
import { assertDeclared } from './assert-declared.js';
import type { StageDefinition } from './stage-definition.js';
import type { LoopDependencies } from './work-loop.js';

/** Calls a method again and again. What fails is told and tried at the next turn. */
export class PeriodicTask {
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(
    private readonly stage: StageDefinition,
    private readonly method: string,
    private readonly intervalMs: number,
    private readonly call: () => Promise<AsyncIterable<Transition>>,
    private readonly dependencies: LoopDependencies,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.dependencies;
    while (!this.#stop.signal.aborted) {
      try {
        await inSpan(`${this.stage.name} ${this.method}`, { parent: null }, () => this.#once());
      } catch (error) {
        const { code, message } = recordedError(error, clock.now());
        log.warn(`${this.method} failed; tried again at its next turn`, {
          operation: this.stage.name,
          code,
          error: message,
        });
      }
      await clock.sleep(this.intervalMs, this.#stop.signal);
    }
  }

  async #once(): Promise<void> {
    for await (const transition of await this.call()) {
      assertDeclared(transition, this.stage);
      await this.dependencies.publisher.commit(transition);
      if (this.#stop.signal.aborted) return;
    }
  }
}

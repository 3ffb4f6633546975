import { recordedError, type Transition } from '@batchmill/records';
import { countError, inSpan } from '@batchmill/telemetry';
import { assertDeclared, type StageDefinition } from './stage-definition.js';
import type { WorkDependencies } from './work.js';

/** Calls a stage's method at intervals and commits what it yields. A call that fails is logged. */
export class PeriodicTask {
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  /** `intervalMs` passes between the end of one call and the next. */
  constructor(
    private readonly stage: StageDefinition,
    private readonly method: string,
    private readonly intervalMs: number,
    private readonly call: () => Promise<AsyncIterable<Transition>>,
    private readonly dependencies: WorkDependencies,
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
        await inSpan(`${this.stage.name} ${this.method}`, { parent: null }, () => this.#callOnce());
      } catch (error) {
        const { code, message } = recordedError(error, clock.now());
        countError(this.stage.name, code);
        log.warn(`${this.method} failed; it is called again after its interval`, {
          operation: this.stage.name,
          code,
          error: message,
        });
      }
      await clock.sleep(this.intervalMs, this.#stop.signal);
    }
  }

  async #callOnce(): Promise<void> {
    for await (const transition of await this.call()) {
      assertDeclared(transition, this.stage);
      await this.dependencies.publisher.commit(transition);
      if (this.#stop.signal.aborted) return;
    }
  }
}

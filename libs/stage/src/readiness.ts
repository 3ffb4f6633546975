import type { Clock } from '@batchmill/contracts';

export interface DependencyOutage {
  readonly dependency: string;
  readonly message: string;
  readonly since: Date;
}

/** What keeps a process from working right now. Ready is: nothing does. */
export class Readiness {
  readonly #troubles = new Map<string, DependencyOutage>();
  readonly #end = Promise.withResolvers<Error>();
  #started = false;

  constructor(private readonly clock: Clock) {}

  started(): void {
    this.#started = true;
  }

  stopped(): void {
    this.#started = false;
  }

  markUnavailable(dependency: string, message: string): void {
    const since = this.#troubles.get(dependency)?.since ?? this.clock.now();
    this.#troubles.set(dependency, { dependency, message, since });
  }

  markAvailable(dependency: string): void {
    this.#troubles.delete(dependency);
  }

  /** The process cannot go on, and is to end so that it is started again. */
  markFatal(dependency: string, error: Error): void {
    this.markUnavailable(dependency, error.message);
    this.#end.resolve(error);
  }

  /** Resolves with what the process cannot go on after. */
  get fatalError(): Promise<Error> {
    return this.#end.promise;
  }

  get isReady(): boolean {
    return this.#started && this.#troubles.size === 0;
  }

  get outages(): readonly DependencyOutage[] {
    return [...this.#troubles.values()];
  }
}

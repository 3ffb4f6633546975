import type { Clock } from '@batchmill/contracts';

/** An outage as `/health/ready` reports it. */
export interface DependencyOutage {
  readonly dependency: string;
  readonly message: string;
  readonly since: Date;
}

/** Whether this process can work now: it has started, and no dependency is unavailable. */
export class Readiness {
  readonly #outages = new Map<string, DependencyOutage>();
  readonly #fatalError = Promise.withResolvers<Error>();
  #fatal: Error | null = null;
  #started = false;

  constructor(private readonly clock: Clock) {}

  /** The stages work now. */
  started(): void {
    this.#started = true;
  }

  /** The stages stop. */
  stopped(): void {
    this.#started = false;
  }

  /** Begins an outage, or updates its message. */
  markUnavailable(dependency: string, message: string): void {
    const since = this.#outages.get(dependency)?.since ?? this.clock.now();
    this.#outages.set(dependency, { dependency, message, since });
  }

  /** Ends an outage, if there is one. */
  markAvailable(dependency: string): void {
    this.#outages.delete(dependency);
  }

  /** The process cannot recover and has to be restarted. */
  markFatal(dependency: string, error: Error): void {
    this.markUnavailable(dependency, error.message);
    this.#fatal ??= error;
    this.#fatalError.resolve(error);
  }

  /** Throws the reason when the process has to be restarted. */
  throwIfFatal(): void {
    if (this.#fatal !== null) throw this.#fatal;
  }

  /** Resolves when the process has to be restarted, with the reason. */
  get fatalError(): Promise<Error> {
    return this.#fatalError.promise;
  }

  get isReady(): boolean {
    return this.#started && this.#outages.size === 0;
  }

  get outages(): readonly DependencyOutage[] {
    return [...this.#outages.values()];
  }
}

import type { Clock } from '@batchmill/contracts';

export interface Trouble {
  readonly dependency: string;
  readonly message: string;
  readonly since: Date;
}

/** What keeps a process from working right now. Ready is: nothing does. */
export class Readiness {
  readonly #troubles = new Map<string, Trouble>();
  readonly #end = Promise.withResolvers<Error>();
  #started = false;

  constructor(private readonly clock: Clock) {}

  started(): void {
    this.#started = true;
  }

  stopped(): void {
    this.#started = false;
  }

  away(dependency: string, message: string): void {
    const since = this.#troubles.get(dependency)?.since ?? this.clock.now();
    this.#troubles.set(dependency, { dependency, message, since });
  }

  back(dependency: string): void {
    this.#troubles.delete(dependency);
  }

  /** The process cannot go on, and is to end so that it is started again. */
  lost(dependency: string, error: Error): void {
    this.away(dependency, error.message);
    this.#end.resolve(error);
  }

  /** Resolves with what the process cannot go on after. */
  get end(): Promise<Error> {
    return this.#end.promise;
  }

  get isReady(): boolean {
    return this.#started && this.#troubles.size === 0;
  }

  get troubles(): readonly Trouble[] {
    return [...this.#troubles.values()];
  }
}

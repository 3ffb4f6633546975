import type { Pipeline } from './pipeline.js';

/** The pipelines that were found and checked at the start. */
export abstract class Pipelines {
  /** Throws a ValidationError `pipeline.unknown` that names those there are. */
  abstract get(name: string): Pipeline;

  /** Sorted. */
  abstract names(): string[];
}

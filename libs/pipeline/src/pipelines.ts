import { ValidationError, closestName } from '@batchmill/contracts';
import type { Pipeline } from './pipeline.js';

/** The pipelines that were loaded and checked at the start. */
export abstract class Pipelines {
  /** Throws a ValidationError `pipeline.unknown` that lists the names there are. */
  abstract get(name: string): Pipeline;

  /** Sorted. */
  abstract names(): string[];
}

/** The error for an unknown name. `folder` is where pipelines are looked up. */
export function unknownPipeline(name: string, names: readonly string[], folder: string): ValidationError {
  const similar = closestName(name, names);
  const hint = similar === null ? expectedFile(name, folder) : `; did you mean ${similar}?`;
  const expected = names.length === 0 ? `there are none in ${folder}` : `expected one of ${names.join(', ')}`;
  return new ValidationError('pipeline.unknown', `found no pipeline ${JSON.stringify(name)}, ${expected}${hint}`);
}

function expectedFile(name: string, folder: string): string {
  return /^[a-z][a-z0-9-]*$/.test(name) ? `; its file would be ${folder}/${name}/${name}.pipeline.ts` : '';
}

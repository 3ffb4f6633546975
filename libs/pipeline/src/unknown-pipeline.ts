import { ValidationError, closestName } from '@batchmill/contracts';

/** What to throw for a name that is none of those there are. `place` is where they were looked for. */
export function unknownPipeline(name: string, names: readonly string[], place: string): ValidationError {
  const near = closestName(name, names);
  const meant = near === null ? placeFor(name, place) : `; did you mean ${near}?`;
  const there = names.length === 0 ? `there are none in ${place}` : `expected one of ${names.join(', ')}`;
  return new ValidationError('pipeline.unknown', `found no pipeline ${JSON.stringify(name)}, ${there}${meant}`);
}

function placeFor(name: string, place: string): string {
  return /^[a-z][a-z0-9-]*$/.test(name) ? `; its place would be ${place}/${name}/${name}.pipeline.ts` : '';
}

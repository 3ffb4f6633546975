import { ValidationError } from '@batchmill/contracts';
import type { Pipeline, Side } from '../pipeline.js';
import { functionNamed } from './function-named.js';
import type { AskedRun } from './run-plan.js';

/** The endpoint asked for; else the only one, the one that has the functions asked for, or the pipeline's default. */
export function chooseSide(pipeline: Pipeline, asked: AskedRun): Side {
  const sides = [pipeline.embeddings, pipeline.inference].filter((side) => side !== null);
  const names = sides.map((side) => side.endpoint).join(' and ');
  if (asked.endpoint !== undefined) {
    const side = sides.find((one) => one.endpoint === asked.endpoint);
    if (side !== undefined) return side;
    throw new ValidationError(
      'run.unknown-endpoint',
      `Pipeline ${pipeline.name}: found endpoint "${asked.endpoint}", which it does not offer; it offers ${names}.`,
    );
  }
  const functions = asked.functions ?? [];
  const offering = sides.filter((side) => functions.every((name) => functionNamed(side, name) !== undefined));
  const only = sides.length === 1 ? sides[0] : functions.length > 0 && offering.length === 1 ? offering[0] : undefined;
  const chosen = only ?? sides.find((side) => side.endpoint === pipeline.defaultEndpoint);
  if (chosen !== undefined) return chosen;
  throw new ValidationError(
    'run.endpoint-needed',
    `Pipeline ${pipeline.name} offers ${names}: say which endpoint to run.`,
  );
}

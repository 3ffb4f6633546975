import { ValidationError } from '@batchmill/contracts';
import { closestName } from '../closest-name.js';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { Pipeline, PipelineFunction, Side } from '../pipeline.js';
import { functionNamed, type NamedFunction } from './function-named.js';
import type { PlannedFunction } from './run-plan.js';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** More would make `custom_id`s too long, and a document's requests too many for one file. */
const maxItems = 1000;

/** The functions of a run, in the pipeline's order, each item of a list by itself. */
export function expandFunctions(
  pipeline: Pipeline,
  side: Side,
  parameters: Parameters,
  asked: readonly string[],
): readonly PlannedFunction[] {
  const all = side.functions.flatMap((asks) => expand(pipeline, asks, parameters));
  const wanted = asked.map((name) => named(pipeline, side, all, name));
  const planned =
    wanted.length === 0
      ? all
      : all.filter(({ asks, item }) =>
          wanted.some((one) => one.asks === asks && (one.index === null || one.index === item?.index)),
        );
  if (planned.length > 0) return planned;
  const lists = side.functions
    .map((one) => (one.kind === 'prompt' ? one.forEach : null))
    .filter((list) => list !== null);
  throw new ValidationError(
    'run.no-functions',
    `Pipeline ${pipeline.name}: nothing to ask, since the parameter ${lists.join(', ')} has no items; give it at least one.`,
  );
}

function expand(pipeline: Pipeline, asks: PipelineFunction, parameters: Parameters): readonly PlannedFunction[] {
  if (asks.kind === 'embedding' || asks.forEach === null) return [{ name: asks.name, asks, item: null }];
  const items = parameters[asks.forEach] ?? [];
  if (!Array.isArray(items)) return [];
  if (items.length > maxItems) {
    throw new ValidationError(
      'run.wrong-parameter',
      `Pipeline ${pipeline.name}: parameter ${asks.forEach} has ${items.length} items, wanted at most ${maxItems}.`,
    );
  }
  return (items as readonly string[]).map((value, index) => ({
    // parameters that are lists hold texts
    name: `${asks.name}_${index}`,
    asks,
    item: { value, index },
  }));
}

function named(pipeline: Pipeline, side: Side, all: readonly PlannedFunction[], name: string): NamedFunction {
  const found = functionNamed(side, name);
  const exists = found !== undefined && (found.index === null || all.some((one) => one.name === name));
  if (exists) return found;
  const names = [...new Set([...side.functions.map((one) => one.name), ...all.map((one) => one.name)])];
  const meant = closestName(name, names);
  throw new ValidationError(
    'run.unknown-function',
    `Pipeline ${pipeline.name}, ${side.endpoint}: found function "${name}", wanted one of ${names.join(', ')}.` +
      (meant === null ? '' : ` Did you mean "${meant}"?`),
  );
}

import { ValidationError, closestName } from '@batchmill/contracts';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { EndpointPlan, Pipeline, PipelineFunction } from '../pipeline.js';
import { functionNamed, type NamedFunction } from './function-named.js';
import type { PlannedFunction } from './run-plan.js';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** More would make `custom_id`s too long, and a document's requests too many for one file. */
const maxItems = 1000;

/** The functions of a run, in the pipeline's order, each item of a list by itself. */
export function expandFunctions(
  pipeline: Pipeline,
  endpointPlan: EndpointPlan,
  parameters: Parameters,
  asked: readonly string[],
): readonly PlannedFunction[] {
  const all = endpointPlan.functions.flatMap((definition) => expand(pipeline, definition, parameters));
  const wanted = asked.map((name) => named(pipeline, endpointPlan, all, name));
  const planned =
    wanted.length === 0
      ? all
      : all.filter(({ definition, item }) =>
          wanted.some((one) => one.definition === definition && (one.index === null || one.index === item?.index)),
        );
  if (planned.length > 0) return planned;
  const lists = endpointPlan.functions
    .map((one) => (one.kind === 'prompt' ? one.forEach : null))
    .filter((list) => list !== null);
  throw new ValidationError(
    'run.no-functions',
    `Pipeline ${pipeline.name}: nothing to ask, since the parameter ${lists.join(', ')} has no items; give it at least one.`,
  );
}

function expand(pipeline: Pipeline, definition: PipelineFunction, parameters: Parameters): readonly PlannedFunction[] {
  if (definition.kind === 'embedding' || definition.forEach === null)
    return [{ name: definition.name, definition, item: null }];
  const items = parameters[definition.forEach] ?? [];
  if (!Array.isArray(items)) return [];
  if (items.length > maxItems) {
    throw new ValidationError(
      'run.wrong-parameter',
      `Pipeline ${pipeline.name}: parameter ${definition.forEach} has ${items.length} items, wanted at most ${maxItems}.`,
    );
  }
  return (items as readonly string[]).map((value, index) => ({
    // parameters that are lists hold texts
    name: `${definition.name}_${index}`,
    definition,
    item: { value, index },
  }));
}

function named(
  pipeline: Pipeline,
  endpointPlan: EndpointPlan,
  all: readonly PlannedFunction[],
  name: string,
): NamedFunction {
  const found = functionNamed(endpointPlan, name);
  const exists = found !== undefined && (found.index === null || all.some((one) => one.name === name));
  if (exists) return found;
  const names = [...new Set([...endpointPlan.functions.map((one) => one.name), ...all.map((one) => one.name)])];
  const meant = closestName(name, names);
  throw new ValidationError(
    'run.unknown-function',
    `Pipeline ${pipeline.name}, ${endpointPlan.endpoint}: found function "${name}", wanted one of ${names.join(', ')}.` +
      (meant === null ? '' : ` Did you mean "${meant}"?`),
  );
}

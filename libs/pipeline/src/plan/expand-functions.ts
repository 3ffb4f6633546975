import { ValidationError, closestName } from '@batchmill/contracts';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { EndpointPlan, Pipeline, PipelineFunction } from '../pipeline.js';
import type { PlannedFunction } from './run-plan.js';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** More items would make `custom_id`s too long, and the requests of a document too many for one file. */
const maxItems = 1000;

/** All functions of an endpoint, in the pipeline's order. Each item of a `forEach` is a function of its own. */
export function expandFunctions(
  pipeline: Pipeline,
  endpointPlan: EndpointPlan,
  parameters: Parameters,
): readonly PlannedFunction[] {
  return endpointPlan.functions.flatMap((definition) => expand(pipeline, definition, parameters));
}

/** Those of them that a run requests: all when it names none. */
export function selectFunctions(
  pipeline: Pipeline,
  endpointPlan: EndpointPlan,
  all: readonly PlannedFunction[],
  requested: readonly string[],
): readonly PlannedFunction[] {
  const selected = requested.map((name) => requireFunction(pipeline, endpointPlan, all, name));
  const planned =
    selected.length === 0
      ? all
      : all.filter(({ definition, item }) =>
          selected.some((one) => one.definition === definition && (one.index === null || one.index === item?.index)),
        );
  if (planned.length > 0) return planned;
  const lists = endpointPlan.functions
    .map((one) => (one.kind === 'prompt' ? one.forEach : null))
    .filter((list) => list !== null);
  throw new ValidationError(
    'run.no-functions',
    `Pipeline ${pipeline.name}: the run has no functions, since the parameter ${lists.join(', ')} has no items. Give it at least one.`,
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
      `Pipeline ${pipeline.name}: parameter ${definition.forEach} has ${items.length} items, expected at most ${maxItems}.`,
    );
  }
  // A list parameter contains texts.
  return (items as readonly string[]).map((value, index) => ({
    name: `${definition.name}_${index}`,
    definition,
    item: { value, index },
  }));
}

function requireFunction(
  pipeline: Pipeline,
  endpointPlan: EndpointPlan,
  all: readonly PlannedFunction[],
  name: string,
): FoundFunction {
  const found = findFunction(endpointPlan, name);
  const exists = found !== undefined && (found.index === null || all.some((one) => one.name === name));
  if (exists) return found;
  const names = [...new Set([...endpointPlan.functions.map((one) => one.name), ...all.map((one) => one.name)])];
  const similar = closestName(name, names);
  throw new ValidationError(
    'run.unknown-function',
    `Pipeline ${pipeline.name}, ${endpointPlan.endpoint}: found function "${name}", expected one of ${names.join(', ')}.` +
      (similar === null ? '' : ` Did you mean "${similar}"?`),
  );
}

/** A function and the index of one of its items; null for all of them, or without a `forEach`. */
export interface FoundFunction {
  readonly definition: PipelineFunction;
  readonly index: number | null;
}

/** Finds a function by name: `qa` is `qa` with all its items, `qa_1` its second item. Undefined when there is none. */
export function findFunction(endpointPlan: EndpointPlan, name: string): FoundFunction | undefined {
  const exact = endpointPlan.functions.find((one) => one.name === name);
  if (exact !== undefined) return { definition: exact, index: null };
  const [, list, index] = /^(.+)_(0|[1-9]\d{0,3})$/.exec(name) ?? [];
  const definition = endpointPlan.functions.find((one) => one.name === list);
  return definition?.kind === 'prompt' && definition.forEach !== null
    ? { definition, index: Number(index) }
    : undefined;
}

import type { BatchOptions, Parameter, PromptFunction, EndpointPlan } from '../pipeline.js';
import { checkFunction } from './check-function.js';
import { checkEndpointPlan, endpointKeys } from './check-endpoint-plan.js';
import type { CheckContext } from './check-context.js';
import { describeValue } from './describe-value.js';
import { Section } from './section.js';

const keys = ['functions', ...endpointKeys];

export function checkInference(
  context: CheckContext,
  definition: Section,
  batch: BatchOptions,
  parameters: Readonly<Record<string, Parameter>>,
): EndpointPlan | null {
  if (!definition.has('inference')) return null;
  const { problems } = context;
  const section = Section.of(problems, 'inference', definition.get('inference'), keys);
  const endpointPlan = checkEndpointPlan(context, section, 'inference', batch);
  const definitions = section.get('functions');
  if (!Array.isArray(definitions) || definitions.length === 0) {
    problems.addValue('inference.functions', definitions, 'a list of chat({…}) or responses({…})');
    return { ...endpointPlan, functions: [], vectors: null };
  }
  const isOneOfSeveral = definitions.length > 1;
  const functions = definitions.map((value: unknown, index) =>
    checkFunction(context, `inference.functions[${index}]`, value, { endpointPlan, parameters, isOneOfSeveral }),
  );
  checkNames(context, functions);
  return { ...endpointPlan, functions, vectors: null };
}

function checkNames({ problems }: CheckContext, functions: readonly PromptFunction[]): void {
  functions.forEach(({ name }, index) => {
    const key = `inference.functions[${index}].name`;
    if (functions.findIndex((other) => other.name === name) < index && name !== '') {
      problems.add(key, `${describeValue(name)} a second time`, 'a name of its own');
    }
    const list = functions.find((other) => other.forEach !== null && other.name !== '' && isItemOf(name, other.name));
    if (list !== undefined) {
      problems.add(
        key,
        describeValue(name),
        `a name that no item of "${list.name}" has (${list.name}_0, ${list.name}_1 …)`,
      );
    }
  });
}

function isItemOf(name: string, list: string): boolean {
  return name.startsWith(`${list}_`) && /^\d+$/.test(name.slice(list.length + 1));
}

import type { BatchOptions, Parameter, PromptFunction, EndpointPlan } from '../pipeline.js';
import { checkFunction } from './check-function.js';
import { checkEndpointPlan, sideKeys } from './check-endpoint-plan.js';
import type { Checking } from './checking.js';
import { describeValue } from './describe-value.js';
import { Section } from './section.js';

const keys = ['functions', ...sideKeys];

export function checkInference(
  checking: Checking,
  definition: Section,
  batch: BatchOptions,
  parameters: Readonly<Record<string, Parameter>>,
): EndpointPlan | null {
  if (!definition.has('inference')) return null;
  const { problems } = checking;
  const section = Section.of(problems, 'inference', definition.get('inference'), keys);
  const endpointPlan = checkEndpointPlan(checking, section, 'inference', batch);
  const given = section.get('functions');
  if (!Array.isArray(given) || given.length === 0) {
    problems.wrong('inference.functions', given, 'a list of chat({…}) or responses({…})');
    return { ...endpointPlan, functions: [], vectors: null };
  }
  const several = given.length > 1;
  const functions = given.map((one: unknown, index) =>
    checkFunction(checking, `inference.functions[${index}]`, one, { endpointPlan, parameters, several }),
  );
  checkNamesApart(checking, functions);
  return { ...endpointPlan, functions, vectors: null };
}

function checkNamesApart({ problems }: Checking, functions: readonly PromptFunction[]): void {
  functions.forEach(({ name }, index) => {
    const key = `inference.functions[${index}].name`;
    if (functions.findIndex((other) => other.name === name) < index && name !== '') {
      problems.add(key, `${describeValue(name)} a second time`, 'a name of its own');
    }
    const like = functions.find((other) => other.forEach !== null && other.name !== '' && isItemOf(name, other.name));
    if (like !== undefined) {
      problems.add(
        key,
        describeValue(name),
        `a name that is none of the items of "${like.name}" (${like.name}_0, ${like.name}_1 …)`,
      );
    }
  });
}

function isItemOf(name: string, list: string): boolean {
  return name.startsWith(`${list}_`) && /^\d+$/.test(name.slice(list.length + 1));
}

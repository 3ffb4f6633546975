import type { PipelineFunction, EndpointPlan } from '../pipeline.js';

/** The function that a name means, and which item of its list (null: all of them, or no list). */
export interface NamedFunction {
  readonly definition: PipelineFunction;
  readonly index: number | null;
}

/** `qa` means all items of `qa`, `qa_1` the second. Undefined when the side has no such function. */
export function functionNamed(endpointPlan: EndpointPlan, name: string): NamedFunction | undefined {
  const exact = endpointPlan.functions.find((one) => one.name === name);
  if (exact !== undefined) return { definition: exact, index: null };
  const [, list, index] = /^(.+)_(0|[1-9]\d{0,3})$/.exec(name) ?? [];
  const definition = endpointPlan.functions.find((one) => one.name === list);
  return definition?.kind === 'prompt' && definition.forEach !== null
    ? { definition, index: Number(index) }
    : undefined;
}

import type { PipelineFunction, Side } from '../pipeline.js';

/** The function that a name means, and which item of its list (null: all of them, or no list). */
export interface NamedFunction {
  readonly asks: PipelineFunction;
  readonly index: number | null;
}

/** `qa` means all items of `qa`, `qa_1` the second. Undefined when the side has no such function. */
export function functionNamed(side: Side, name: string): NamedFunction | undefined {
  const exact = side.functions.find((one) => one.name === name);
  if (exact !== undefined) return { asks: exact, index: null };
  const [, list, index] = /^(.+)_(0|[1-9]\d{0,3})$/.exec(name) ?? [];
  const asks = side.functions.find((one) => one.name === list);
  return asks?.kind === 'prompt' && asks.forEach !== null ? { asks, index: Number(index) } : undefined;
}

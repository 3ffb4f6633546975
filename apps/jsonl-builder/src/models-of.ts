import type { RunPlan } from '@batchmill/pipeline';

export interface ModelFunctions {
  readonly model: string;
  readonly url: string;
  readonly functions: readonly string[];
}

/** A file holds one model on one endpoint: the plan's functions by what they can share a file with, in the plan's order. */
export function modelsOf(plan: RunPlan): ModelFunctions[] {
  const groups = new Map<string, { model: string; url: string; functions: string[] }>();
  for (const [name, { definition }] of plan.planned) {
    const { model, url } = definition;
    const group = groups.get(`${url} ${model}`);
    if (group === undefined) groups.set(`${url} ${model}`, { model, url, functions: [name] });
    else group.functions.push(name);
  }
  return [...groups.values()];
}

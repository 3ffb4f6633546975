import type { RunPlan } from '../plan/run-plan.js';

/** A batch file holds requests of one model at one of the provider's paths. */
export interface ModelFunctions {
  readonly model: string;
  readonly baseModel: string;
  /** The provider's path: `/v1/embeddings`. */
  readonly url: string;
  readonly functions: readonly string[];
}

/** The plan's functions by model and path, in the plan's order. */
export function modelsOf(plan: RunPlan): ModelFunctions[] {
  const groups = new Map<string, { model: string; baseModel: string; url: string; functions: string[] }>();
  for (const [name, { definition }] of plan.planned) {
    const { model, baseModel, url } = definition;
    const group = groups.get(`${url} ${model}`);
    if (group === undefined) groups.set(`${url} ${model}`, { model, baseModel, url, functions: [name] });
    else group.functions.push(name);
  }
  return [...groups.values()];
}

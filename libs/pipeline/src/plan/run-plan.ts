import { ProcessingError, type Endpoint, type Redo } from '@batchmill/contracts';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { QueryFilter } from '../definition/mongo-operators.js';
import type { Pipeline, PipelineFunction, EndpointPlan } from '../pipeline.js';

/** The request for a run. It is stored with the run: planning it again gives the same plan. */
export interface RequestedRun {
  readonly endpoint?: Endpoint | undefined;
  /** All functions of the endpoint when missing or empty. */
  readonly functions?: readonly string[] | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly redo?: Redo | undefined;
}

/** A pipeline with everything that a run decides. */
export interface RunPlan {
  readonly pipeline: Pipeline;
  readonly endpoint: Endpoint;
  readonly endpointPlan: EndpointPlan;
  /** In the pipeline's order, with a name per item of a `forEach`: `summary`, `qa_0`, `qa_1`. */
  readonly functions: readonly string[];
  /** The other functions of the endpoint, which the run does not request. A document that has failed in one of them stays failed. */
  readonly others: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The query. In a run that redoes documents, without its conditions on the status. */
  readonly filter: QueryFilter;
  /** The query for ended documents, without its conditions on the status. Null when these cannot be removed. */
  readonly endedFilter: QueryFilter | null;
  /** Which ended documents the run redoes; null: only what they lack. */
  readonly redo: Redo | null;
  /** True when the query mentions the status field. A document without a status is then not pending by default. */
  readonly namesStatusField: boolean;
  /** By the names in `functions`. */
  readonly planned: ReadonlyMap<string, PlannedFunction>;
}

export interface PlannedFunction {
  readonly name: string;
  readonly definition: PipelineFunction;
  /** The item of the `forEach` and its index; null without a `forEach`. */
  readonly item: { readonly value: string; readonly index: number } | null;
}

/** Throws a ProcessingError `run.function-not-planned` for a file of another run, or when the pipeline was changed meanwhile. */
export function getPlannedFunction(plan: RunPlan, name: string): PlannedFunction {
  const planned = plan.planned.get(name);
  if (planned !== undefined) return planned;
  throw new ProcessingError(
    'run.function-not-planned',
    `Pipeline ${plan.pipeline.name}, ${plan.endpoint}: found a request of function "${name}", expected one of ${plan.functions.join(', ')}. ` +
      'Was the pipeline changed during the run?',
  );
}

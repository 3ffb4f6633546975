import type { Endpoint, Redo } from '@batchmill/contracts';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { QueryFilter } from '../definition/query-filter.js';
import type { Pipeline, PipelineFunction, EndpointPlan } from '../pipeline.js';

/** What somebody asked a pipeline to do. Also what is stored of a run: planning it again gives the same plan. */
export interface RequestedRun {
  readonly endpoint?: Endpoint | undefined;
  /** Missing or empty: all of the endpoint. */
  readonly functions?: readonly string[] | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly redo?: Redo | undefined;
}

/** A pipeline with everything decided that a run decides. */
export interface RunPlan {
  readonly pipeline: Pipeline;
  readonly endpoint: Endpoint;
  readonly endpointPlan: EndpointPlan;
  /** In the pipeline's order, each item of a `forEach` by itself: `summary`, `qa_0`, `qa_1`. */
  readonly functions: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Of a run that does documents again, without what the query says of their status. */
  readonly filter: QueryFilter;
  /** Which documents that have ended are done again; null: none. */
  readonly redo: Redo | null;
  /** True when the query mentions the status field: a document without a status is not pending by itself then. */
  readonly namesStatusField: boolean;
  /** By the names in `functions`. */
  readonly planned: ReadonlyMap<string, PlannedFunction>;
}

export interface PlannedFunction {
  readonly name: string;
  readonly definition: PipelineFunction;
  /** The item that this is asked for, and its position; null without a `forEach`. */
  readonly item: { readonly value: string; readonly index: number } | null;
}

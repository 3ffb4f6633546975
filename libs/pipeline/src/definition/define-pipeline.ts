import type { ParameterDefinitions } from './parameter-definitions.js';
import type { PipelineDefinition } from './pipeline-definition.js';

/** Gives a definition its types. It is checked when it is loaded. */
export function definePipeline<const P extends ParameterDefinitions>(
  definition: PipelineDefinition<P>,
): PipelineDefinition {
  // The query is only ever called with parameters that were checked against these same definitions.
  return definition as unknown as PipelineDefinition;
}

import type { ParameterDefinitions } from './parameter-definitions.js';
import type { PipelineDefinition } from './pipeline-definition.js';

/** Gives a definition its types. The definition is checked when the pipeline is loaded. */
export function definePipeline<const P extends ParameterDefinitions>(
  definition: PipelineDefinition<P>,
): PipelineDefinition {
  // The query is only called with parameters that were checked against these definitions.
  return definition as unknown as PipelineDefinition;
}

import { createHash } from 'node:crypto';
import type { Pipeline, PipelineFunction, EndpointPlan } from '../pipeline.js';
import { canonicalText } from './canonical-text.js';

/**
 * The same for the same questions and the same writing, whatever the order of keys. How often the provider is asked and
 * how much goes into a file does not count: that may change while a run goes on.
 */
export function hashPipeline(
  pipeline: Pick<Pipeline, 'name' | 'parameters' | 'source' | 'defaultEndpoint' | 'embeddings' | 'inference'>,
): string {
  const counted = {
    name: pipeline.name,
    parameters: Object.fromEntries(
      Object.entries(pipeline.parameters).map(([name, { type, default: value, required }]) => [
        name,
        { type, value, required },
      ]),
    ),
    source: pipeline.source,
    defaultEndpoint: pipeline.defaultEndpoint,
    sides: [pipeline.embeddings, pipeline.inference].map((endpointPlan) => endpointPlan && countedOfSide(endpointPlan)),
  };
  return createHash('sha256').update(canonicalText(counted)).digest('hex');
}

function countedOfSide({
  endpoint,
  status,
  infoField,
  errorField,
  vectors,
  updateTemplate,
  functions,
}: EndpointPlan): object {
  return {
    endpoint,
    status,
    infoField,
    errorField,
    vectors,
    updateTemplate: updateTemplate?.source,
    functions: functions.map(countedOfFunction),
  };
}

function countedOfFunction(asked: PipelineFunction): object {
  if (asked.kind === 'embedding') return asked;
  return {
    ...asked,
    system: asked.system?.source,
    user: asked.user.source,
    responseSchema: asked.responseSchema?.schema,
    responseTemplate: asked.responseTemplate.source,
  };
}

import { isPlainObject } from '@batchmill/documents';
import { EJSON } from 'bson';
import { createHash } from 'node:crypto';
import { idFieldsPart, partitionPart, rowFieldsText } from '../plan/storage-targets.js';
import type { Pipeline, PipelineFunction, EndpointPlan, TextToEmbed } from '../pipeline.js';

/**
 * A hash of everything that decides what is requested and written; the order of keys does not matter. Poll intervals, batch
 * sizes and the reuse of answers do not count, so that they may change during a run.
 */
export function hashPipeline(
  pipeline: Pick<Pipeline, 'name' | 'parameters' | 'source' | 'defaultEndpoint' | 'embeddings' | 'inference'>,
): string {
  // These keys are part of the hash: renaming one would change the hash of every pipeline.
  const hashed = {
    name: pipeline.name,
    parameters: Object.fromEntries(
      Object.entries(pipeline.parameters).map(([name, { type, default: value, required }]) => [
        name,
        { type, value, required },
      ]),
    ),
    source: pipeline.source,
    defaultEndpoint: pipeline.defaultEndpoint,
    endpoints: [pipeline.embeddings, pipeline.inference].map(
      (endpointPlan) => endpointPlan && hashedPartOfEndpoint(endpointPlan),
    ),
  };
  return createHash('sha256').update(canonicalText(hashed)).digest('hex');
}

function hashedPartOfEndpoint({
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
    vectors: vectors && {
      collection: vectors.collection,
      dimensions: vectors.dimensions,
      ...(vectors.rowFields.length > 0 && { fields: rowFieldsText(vectors.rowFields) }),
      ...idFieldsPart(vectors),
      ...partitionPart(vectors),
    },
    updateTemplate: updateTemplate?.source,
    functions: functions.map(hashedPartOfFunction),
  };
}

function hashedPartOfFunction(definition: PipelineFunction): object {
  if (definition.kind === 'embedding') {
    const { text, ...hashed } = definition;
    return { ...hashed, reuse: undefined, textField: hashedText(text) };
  }
  return {
    ...definition,
    reuse: undefined,
    system: definition.system?.source,
    user: definition.user.source,
    responseSchema: definition.responseSchema?.schema,
    responseTemplate: definition.responseTemplate.source,
  };
}

function hashedText(text: TextToEmbed): unknown {
  if (text.kind === 'field') return text.path;
  return text.kind === 'template' ? { template: text.template.source } : text.make;
}

/** A text that is equal for equal values: keys are sorted, functions are their source, BSON values and dates keep their types. */
function canonicalText(value: unknown): string {
  if (typeof value === 'function') return `function ${String(value)}`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value instanceof RegExp) return `regexp ${String(value)}`;
  if (isPlainObject(value)) {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(',')}}`;
  }
  return value === undefined ? 'undefined' : EJSON.stringify(value, { relaxed: false });
}

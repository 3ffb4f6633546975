import { ValidationError } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import { describeValue } from '../check/describe-value.js';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { QueryFilter } from '../definition/mongo-operators.js';
import type { Pipeline } from '../pipeline.js';

/** The query of a run: the pipeline's filter, or the result of its function for the parameters. */
export function fillQuery(pipeline: Pipeline, parameters: Readonly<Record<string, ParameterValue>>): QueryFilter {
  const { queryTemplate } = pipeline.source;
  if (typeof queryTemplate !== 'function') return queryTemplate;
  const filter = call(pipeline, queryTemplate, parameters);
  if (isPlainObject(filter)) return filter;
  throw new ValidationError(
    'run.query-failed',
    `Pipeline ${pipeline.name}: source.queryTemplate returned ${describeValue(filter)}, expected a filter.`,
  );
}

function call(
  pipeline: Pipeline,
  queryTemplate: (parameters: Readonly<Record<string, unknown>>) => unknown,
  parameters: Readonly<Record<string, ParameterValue>>,
): unknown {
  try {
    return queryTemplate(parameters);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ValidationError('run.query-failed', `Pipeline ${pipeline.name}: source.queryTemplate threw: ${reason}`, {
      cause: error,
    });
  }
}

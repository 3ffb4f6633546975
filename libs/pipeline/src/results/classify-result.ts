import { classifyFailure, usageOf, type Classified, type ResultLine } from '@batchmill/provider';
import { getPlannedFunction, type RunPlan } from '../plan/run-plan.js';
import { classifyText } from './classify-text.js';
import { classifyVector } from './classify-vector.js';

/** What a result means for the request of a function: answered, to be retried, or failed for good. */
export function classifyResult(plan: RunPlan, functionName: string, line: ResultLine): Classified {
  const { definition } = getPlannedFunction(plan, functionName);
  const failure = classifyFailure(line);
  if (failure !== null) return failure;
  const usage = usageOf(line.body);
  return definition.kind === 'embedding'
    ? classifyVector(definition, line.body, usage)
    : classifyText(definition, line.body, usage);
}

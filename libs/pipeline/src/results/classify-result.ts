import { classifyTrouble, usageOf, type Classified, type ResultLine } from '@batchmill/provider';
import { plannedFunction } from '../plan/planned-function.js';
import type { RunPlan } from '../plan/run-plan.js';
import { classifyText } from './classify-text.js';
import { classifyVector } from './classify-vector.js';

/** What a line means for the request of that function: answered, to be tried again, or failed for good. */
export function classifyResult(plan: RunPlan, functionName: string, line: ResultLine): Classified {
  const { definition } = plannedFunction(plan, functionName);
  const trouble = classifyTrouble(line);
  if (trouble !== null) return trouble;
  const usage = usageOf(line.body);
  return definition.kind === 'embedding'
    ? classifyVector(definition, line.body, usage)
    : classifyText(definition, line.body, usage);
}

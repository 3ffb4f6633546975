import { plannedFunction } from '../plan/planned-function.js';
import type { RunPlan } from '../plan/run-plan.js';
import { classifyText } from './classify-text.js';
import { classifyTrouble } from './classify-trouble.js';
import { classifyVector } from './classify-vector.js';
import type { Classified } from './classified.js';
import type { ResultLine } from './result-line.js';
import { usageOf } from './usage.js';

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

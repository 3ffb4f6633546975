import type { RunPlan } from '@batchmill/pipeline';
import type { Filter } from '@batchmill/store';
import { markPath, statePath, type Marks } from './document-marks.js';

/*
 * What an ended document lacks, as filters of MongoDB and for marks that were read. A function is missing when the document has
 * ended with marks of functions, and this one is neither done nor failed: it is new in the pipeline, earlier runs left it out, or
 * it was cancelled. A document without such marks was finished by somebody else, and lacks nothing.
 */

/** Ended documents that lack one of these functions. `now`: only those that need not wait for a later time. */
export function missingFilter(plan: RunPlan, now: Date | null, functions = plan.functions): Filter {
  const { field, completed, failed } = plan.endpointPlan.status;
  return {
    [field]: { $in: [completed, failed] },
    [markPath(plan, 'functions')]: { $type: 'object' },
    ...(now !== null && { [markPath(plan, 'notBefore')]: { $not: { $gt: now } } }),
    $or: functions.map((name) => ({ [statePath(plan, name)]: { $nin: ['done', 'failed'] } })),
  };
}

/** The run's functions that are missing on a document, by its marks. */
export function missingFunctions(plan: RunPlan, marks: Marks): string[] {
  if (!hasEndedStatus(plan, marks) || marks.functions === null) return [];
  return plan.functions.filter((name) => !['done', 'failed'].includes(marks.stateOf(name) ?? ''));
}

/** True for a document that is completed or failed. */
export function hasEndedStatus({ endpointPlan }: RunPlan, { status }: Marks): boolean {
  return status === endpointPlan.status.completed || status === endpointPlan.status.failed;
}

import type { DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import { completionUpdate, errorUpdate, noOtherFailed } from './answer-marks.js';
import { functionPath, keptInPath, markPath, mergeUpdates, statePath } from './document-marks.js';

/*
 * How an answer that was kept is written after all, as filters and updates of MongoDB. The ingester notes on the function which
 * batch keeps its answer. When that batch is reprocessed, the answer is written into the documents whose function still lacks
 * one and names that batch. So nothing is written into a document for which another claim has requested the function since, and
 * a slice that is written again changes nothing.
 */

/** The states of a function that still lacks an answer and is not requested. */
const unanswered = ['failed', 'retry'] as const;

/** Notes which batch keeps the function's answer, beside the update that fails or retries it. */
export function keptInUpdate(plan: RunPlan, name: string, batchId: string): Update {
  return { $set: { [keptInPath(plan, name)]: batchId } };
}

/** (b) The document, if the function lacks an answer and the batch keeps one. */
export function keptAnswerFilter(plan: RunPlan, id: unknown, batchId: string, name: string): Filter {
  return { ...lacking(plan, name, batchId), _id: id, ...neverSetBack(plan) };
}

/** (a) The same, if all other functions are done. */
export function lastKeptAnswerFilter(plan: RunPlan, id: unknown, batchId: string, name: string): Filter {
  const { field, inProgress } = plan.endpointPlan.status;
  const others = plan.functions.filter((other) => other !== name);
  return {
    ...keptAnswerFilter(plan, id, batchId, name),
    [field]: { $in: openStatuses(plan).filter((status) => status !== inProgress) },
    ...Object.fromEntries(others.map((other) => [statePath(plan, other), { $in: ['done', null] }])),
    ...noOtherFailed(plan),
  };
}

/** Writes the answer. The attempt was counted when the answer came. `template` is the user's part of the update. */
export function keptAnswerUpdate(plan: RunPlan, name: string, template: Update): Update {
  return mergeUpdates(template, {
    $set: { [statePath(plan, name)]: 'done' },
    $unset: { [`${functionPath(plan, name)}.error`]: '' },
  });
}

/** Writes the answer and completes the document. */
export function lastKeptAnswerUpdate(plan: RunPlan, name: string, template: Update, now: Date): Update {
  return mergeUpdates(keptAnswerUpdate(plan, name, template), completionUpdate(plan, now));
}

/** The document, if the function has failed and the batch keeps its answer. */
export function keptFailureFilter(plan: RunPlan, id: unknown, batchId: string, name: string): Filter {
  return { ...keptAnswerFilter(plan, id, batchId, name), [statePath(plan, name)]: 'failed' };
}

/** Replaces the reason of a failure: the answer cannot be used for another one now. */
export function keptFailureUpdate(
  plan: RunPlan,
  name: string,
  error: DocumentError,
  { attempt, now }: { readonly attempt: number; readonly now: Date },
): Update {
  const stored = { ...error, function: name, at: now, attempt };
  return mergeUpdates(errorUpdate(plan, stored), { $set: { [`${functionPath(plan, name)}.error`]: stored } });
}

/**
 * (c) For a document of which a kept answer was written: it is completed when all functions are done, and fails when none is to
 * be requested again. At most one of the updates applies.
 */
export function keptOutcomeUpdates(plan: RunPlan, id: unknown, now: Date): { filter: Filter; update: Update }[] {
  const { field, pending, failed } = plan.endpointPlan.status;
  const each = (condition: unknown): Filter =>
    Object.fromEntries(plan.functions.map((name) => [statePath(plan, name), condition]));
  return [
    {
      filter: {
        _id: id,
        ...neverSetBack(plan),
        [field]: { $in: [failed, pending] },
        ...each({ $in: ['done', null] }),
        ...noOtherFailed(plan),
      },
      update: completionUpdate(plan, now),
    },
    {
      filter: {
        _id: id,
        [field]: pending,
        [markPath(plan, 'ended')]: null,
        ...each({ $nin: ['requested', 'retry'] }),
        $or: plan.functions.map((name) => ({ [statePath(plan, name)]: 'failed' })),
      },
      update: { $set: { [field]: failed, [markPath(plan, 'ended')]: now } },
    },
  ];
}

function lacking(plan: RunPlan, name: string, batchId: string): Filter {
  return {
    [plan.endpointPlan.status.field]: { $in: openStatuses(plan) },
    [statePath(plan, name)]: { $in: unanswered },
    [keptInPath(plan, name)]: batchId,
  };
}

/** The statuses of a document that lacks an answer. One that is completed does when the function was cancelled. */
function openStatuses({ endpointPlan }: RunPlan): unknown[] {
  const { completed, failed, pending, inProgress } = endpointPlan.status;
  return [completed, failed, pending, inProgress];
}

/** Not a document that had ended and was set to pending by hand: everything is requested of it again. */
function neverSetBack(plan: RunPlan): Filter {
  const { field, completed, failed, inProgress } = plan.endpointPlan.status;
  return { $or: [{ [field]: { $in: [completed, failed, inProgress] } }, { [markPath(plan, 'ended')]: null }] };
}

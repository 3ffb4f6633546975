import type { DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import {
  attemptsPath,
  functionPath,
  keptInPath,
  markPath,
  mergeUpdates,
  statePath,
  unsetLastError,
  type FunctionState,
  type StoredError,
} from './document-marks.js';

/*
 * How results are written to documents, as filters and updates of MongoDB. An ingester writes a slice of results in three
 * bulks: (a) an answer that was the last one missing completes its document, (b) every other result is noted on its
 * function, (c) documents of which nothing is requested any more end or go back to pending. Each write is one conditional
 * update that names an `_id`. A process that is late, or repeats a slice, changes nothing, because the condition no longer
 * holds.
 */

/** The most errors that a document keeps in its history. */
const maxErrors = 10;

/** Of these documents, those that still carry the claim. */
export function stillClaimedFilter(plan: RunPlan, ids: readonly unknown[], claimId: string): Filter {
  return { _id: { $in: ids }, [markPath(plan, 'claimId')]: claimId };
}

/** (a) The document, if this function is requested, all others of the run are done, and none of other runs has failed. */
export function lastAnswerFilter(plan: RunPlan, id: unknown, claimId: string, name: string): Filter {
  const others = plan.functions.filter((other) => other !== name);
  return {
    ...requestedFilter(plan, id, claimId, name),
    [plan.endpointPlan.status.field]: plan.endpointPlan.status.inProgress,
    ...Object.fromEntries(others.map((other) => [statePath(plan, other), { $in: ['done', null] }])),
    ...noOtherFailed(plan),
  };
}

/** Part of a filter: no function that the run does not request has failed. */
export function noOtherFailed(plan: RunPlan): Filter {
  return Object.fromEntries(plan.others.map((other) => [statePath(plan, other), { $ne: 'failed' }]));
}

/** Writes the answer and completes the document. `template` is the user's part of the update. */
export function lastAnswerUpdate(plan: RunPlan, name: string, template: Update, now: Date): Update {
  return mergeUpdates(answerUpdate(plan, name, template), completionUpdate(plan, now));
}

/** (b) The document, if it still carries the claim and the function is requested. */
export function requestedFilter(plan: RunPlan, id: unknown, claimId: string, name: string): Filter {
  return { _id: id, [markPath(plan, 'claimId')]: claimId, [statePath(plan, name)]: 'requested' };
}

/** Writes an answer. `template` is the user's part of the update. An earlier answer that was kept is not needed any more. */
export function answerUpdate(plan: RunPlan, name: string, template: Update): Update {
  return mergeUpdates(template, {
    $set: { [statePath(plan, name)]: 'done' },
    $inc: { [attemptsPath(plan, name)]: 1 },
    $unset: { [keptInPath(plan, name)]: '' },
  });
}

/** Fails a function for good. */
export function failureUpdate(plan: RunPlan, name: string, error: DocumentError, attempt: number, now: Date): Update {
  const stored = { ...error, function: name, at: now, attempt };
  return mergeUpdates(errorUpdate(plan, stored), {
    $set: { [statePath(plan, name)]: 'failed', [`${functionPath(plan, name)}.error`]: stored },
    $inc: { [attemptsPath(plan, name)]: 1 },
  });
}

/** Fails a function of a document in which the error cannot be stored, because its fields are in the way. */
export function failureWithoutErrorUpdate(plan: RunPlan, name: string): Update {
  return { $set: { [statePath(plan, name)]: 'failed' }, $inc: { [attemptsPath(plan, name)]: 1 } };
}

/** What `retryUpdate` writes. */
export interface RetryMark {
  readonly error: DocumentError;
  readonly attempt: number;
  readonly now: Date;
  readonly notBefore: Date;
  /** False for a free retry. */
  readonly countsAttempt: boolean;
  /** The most documents of its next batch; missing: any number. */
  readonly together?: number | undefined;
}

/** Lets a function be requested again, not before `notBefore`. */
export function retryUpdate(plan: RunPlan, name: string, retry: RetryMark): Update {
  const { error, attempt, now, notBefore, countsAttempt, together } = retry;
  // Halving ends by itself, so it counts as no retry.
  const counted = countsAttempt ? attemptsPath(plan, name) : markPath(plan, 'freeRetries');
  return mergeUpdates(errorUpdate(plan, { ...error, function: name, at: now, attempt }), {
    $set: {
      [statePath(plan, name)]: 'retry',
      ...(together !== undefined && { [markPath(plan, 'together')]: together }),
    },
    ...(together === undefined && { $inc: { [counted]: 1 } }),
    $max: { [markPath(plan, 'notBefore')]: notBefore },
  });
}

/**
 * (c) For a document with no function requested: it is completed when all are done, goes back when one is to be retried, and fails
 * otherwise. A function of another run that has failed fails it, too. At most one of the updates applies.
 */
export function documentOutcomeUpdates(
  plan: RunPlan,
  id: unknown,
  claimId: string,
  now: Date,
): { filter: Filter; update: Update }[] {
  const { field, inProgress, failed } = plan.endpointPlan.status;
  const claimed = { _id: id, [markPath(plan, 'claimId')]: claimId, [field]: inProgress };
  const each = (condition: unknown): Filter =>
    Object.fromEntries(plan.functions.map((name) => [statePath(plan, name), condition]));
  return [
    {
      filter: { ...claimed, ...each({ $in: ['done', null] }), ...noOtherFailed(plan) },
      update: completionUpdate(plan, now),
    },
    ...returns(plan, {
      filter: { ...claimed, ...each({ $ne: 'requested' }), ...some(plan, plan.functions, 'retry') },
      update: {},
    }),
    {
      filter: {
        ...claimed,
        ...each({ $nin: ['requested', 'retry'] }),
        ...some(plan, [...plan.functions, ...plan.others], 'failed'),
      },
      update: { $set: { [field]: failed, [markPath(plan, 'ended')]: now } },
    },
  ];
}

/**
 * Repairs a document that is still in progress though every batch of its claim was ingested: the functions that are
 * requested are to be retried, the document goes back, and one free retry is counted. At most one of the updates applies.
 */
export function repairUpdates(
  plan: RunPlan,
  id: unknown,
  claimId: string,
  requested: readonly string[],
): { filter: Filter; update: Update }[] {
  const { field, inProgress } = plan.endpointPlan.status;
  const statesOf = (state: FunctionState): Filter =>
    Object.fromEntries(requested.map((name) => [statePath(plan, name), state]));
  return returns(plan, {
    filter: { _id: id, [markPath(plan, 'claimId')]: claimId, [field]: inProgress, ...statesOf('requested') },
    update: { $set: statesOf('retry'), $inc: { [markPath(plan, 'freeRetries')]: 1 } },
  });
}

/**
 * An update of a document that its claim lets go, by what it goes back to: pending; or, when it had ended before and the claim added
 * functions that it lacked, completed or failed. These functions are missing again then, so that a retry takes it as well.
 */
function returns(
  plan: RunPlan,
  { filter, update }: { readonly filter: Filter; readonly update: Update },
): { filter: Filter; update: Update }[] {
  const { field, pending, completed, failed } = plan.endpointPlan.status;
  const ended = markPath(plan, 'ended');
  const all = [...plan.functions, ...plan.others];
  const noneFailed = { $nor: all.map((name) => ({ [statePath(plan, name)]: 'failed' })) };
  const to = (status: string): Update => mergeUpdates(update, { $set: { [field]: status } });
  const hadEnded = { [ended]: { $type: 'date' } };
  return [
    { filter: { ...filter, [ended]: { $not: { $type: 'date' } } }, update: to(pending) },
    { filter: { ...filter, ...hadEnded, ...noneFailed }, update: to(completed) },
    { filter: { ...filter, ...hadEnded, $nor: [noneFailed] }, update: to(failed) },
  ];
}

function some(plan: RunPlan, functions: readonly string[], state: FunctionState): Filter {
  return { $or: functions.map((name) => ({ [statePath(plan, name)]: state })) };
}

/** Completes a document. */
export function completionUpdate(plan: RunPlan, now: Date): Update {
  const { field, completed } = plan.endpointPlan.status;
  return {
    $set: { [field]: completed, [markPath(plan, 'ended')]: now },
    $unset: unsetLastError(plan),
  };
}

/** Stores an error as the document's last one, and in its history. */
export function errorUpdate(plan: RunPlan, error: StoredError): Update {
  return {
    $set: { [plan.endpointPlan.errorField]: error },
    $push: { [markPath(plan, 'errors')]: { $each: [error], $slice: -maxErrors } },
  };
}

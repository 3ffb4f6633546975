import type { DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import { attemptsOf, functionOf, info, noError, stateOf, type FunctionState, type KeptError } from './document-info.js';
import { mergeUpdates } from './merge-updates.js';

/*
 * Bringing answers to the user's documents, as filters and updates in MongoDB's language. Every mark is one conditional
 * update of one document, addressed by `_id`: whoever comes late or twice finds that the condition does not hold.
 */

/** A document's history of errors grows no further. */
const maxErrors = 10;

export function carryingFilter(plan: RunPlan, ids: readonly unknown[], claimId: string): Filter {
  return { _id: { $in: ids }, [info(plan, 'claimId')]: claimId };
}

/** (a) The last answer that a document lacked: it is completed with it, in one update. */
export function lastAnswerFilter(plan: RunPlan, id: unknown, claimId: string, name: string): Filter {
  const others = plan.functions.filter((other) => other !== name);
  return {
    ...requestedFilter(plan, id, claimId, name),
    [plan.endpointPlan.status.field]: plan.endpointPlan.status.inProgress,
    ...Object.fromEntries(others.map((other) => [stateOf(plan, other), { $in: ['done', null] }])),
  };
}

export function lastAnswerUpdate(plan: RunPlan, name: string, template: Update, now: Date): Update {
  return mergeUpdates(answerUpdate(plan, name, template), completing(plan, now));
}

/** (b) The claim still holds and the function is still asked. */
export function requestedFilter(plan: RunPlan, id: unknown, claimId: string, name: string): Filter {
  return { _id: id, [info(plan, 'claimId')]: claimId, [stateOf(plan, name)]: 'requested' };
}

export function answerUpdate(plan: RunPlan, name: string, template: Update): Update {
  return mergeUpdates(template, {
    $set: { [stateOf(plan, name)]: 'done' },
    $inc: { [attemptsOf(plan, name)]: 1 },
  });
}

export function failureUpdate(plan: RunPlan, name: string, error: DocumentError, attempt: number, now: Date): Update {
  const kept = { ...error, function: name, at: now, attempt };
  return mergeUpdates(errorUpdate(plan, kept), {
    $set: { [stateOf(plan, name)]: 'failed', [`${functionOf(plan, name)}.error`]: kept },
    $inc: { [attemptsOf(plan, name)]: 1 },
  });
}

/** For a document that takes no error, by what stands where one is kept: the function fails without a word. */
export function failureWithoutErrorUpdate(plan: RunPlan, name: string): Update {
  return { $set: { [stateOf(plan, name)]: 'failed' }, $inc: { [attemptsOf(plan, name)]: 1 } };
}

export interface RetryMark {
  readonly error: DocumentError;
  readonly attempt: number;
  readonly now: Date;
  readonly notBefore: Date;
  /** False: a round, which uses up no attempt. */
  readonly countsAttempt: boolean;
}

export function retryUpdate(plan: RunPlan, name: string, retry: RetryMark): Update {
  const { error, attempt, now, notBefore, countsAttempt } = retry;
  return mergeUpdates(errorUpdate(plan, { ...error, function: name, at: now, attempt }), {
    $set: { [stateOf(plan, name)]: 'retry' },
    $inc: countsAttempt ? { [attemptsOf(plan, name)]: 1 } : { [info(plan, 'freeRetries')]: 1 },
    $max: { [info(plan, 'notBefore')]: notBefore },
  });
}

/** (c) What ends a document, or gives it back, once none of its functions is asked any more. */
export function settlingUpdates(
  plan: RunPlan,
  id: unknown,
  claimId: string,
  now: Date,
): { filter: Filter; update: Update }[] {
  const { field, inProgress, pending, failed } = plan.endpointPlan.status;
  const held = { _id: id, [info(plan, 'claimId')]: claimId, [field]: inProgress };
  const each = (condition: unknown): Filter =>
    Object.fromEntries(plan.functions.map((name) => [stateOf(plan, name), condition]));
  const some = (state: FunctionState): Filter => ({
    $or: plan.functions.map((name) => ({ [stateOf(plan, name)]: state })),
  });
  return [
    { filter: { ...held, ...each({ $in: ['done', null] }) }, update: completing(plan, now) },
    { filter: { ...held, ...each({ $ne: 'requested' }), ...some('retry') }, update: { $set: { [field]: pending } } },
    {
      filter: { ...held, ...each({ $nin: ['requested', 'retry'] }), ...some('failed') },
      update: { $set: { [field]: failed, [info(plan, 'ended')]: now } },
    },
  ];
}

/** The repair of what nothing else told of: back to pending, what was asked to be asked again, one round used. */
export function repairUpdates(
  plan: RunPlan,
  id: unknown,
  claimId: string,
  asked: readonly string[],
): { filter: Filter; update: Update } {
  const { field, inProgress, pending } = plan.endpointPlan.status;
  return {
    filter: {
      _id: id,
      [info(plan, 'claimId')]: claimId,
      [field]: inProgress,
      ...Object.fromEntries(asked.map((name) => [stateOf(plan, name), 'requested'])),
    },
    update: {
      $set: { [field]: pending, ...Object.fromEntries(asked.map((name) => [stateOf(plan, name), 'retry'])) },
      $inc: { [info(plan, 'freeRetries')]: 1 },
    },
  };
}

function completing(plan: RunPlan, now: Date): Update {
  const { field, completed } = plan.endpointPlan.status;
  return {
    $set: { [field]: completed, [info(plan, 'ended')]: now },
    $unset: noError(plan),
  };
}

function errorUpdate(plan: RunPlan, error: KeptError): Update {
  return {
    $set: { [plan.endpointPlan.errorField]: error },
    $push: { [info(plan, 'errors')]: { $each: [error], $slice: -maxErrors } },
  };
}

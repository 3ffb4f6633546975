import type { DocumentError, RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import { mergeUpdates } from './merge-updates.js';

/*
 * The bookkeeping on the user's documents, as filters and updates in MongoDB's language. Every mark is one conditional
 * update of one document, addressed by `_id`: whoever comes late or twice finds that the condition does not hold.
 */

/** asked: on its way. retry: to be asked again. done and failed are ends. */
export type FunctionState = 'asked' | 'retry' | 'done' | 'failed';

/** An error as it is kept on the document. */
export interface KeptError extends DocumentError {
  /** Whose it is; missing when the document could not even be taken. */
  readonly function?: string;
  readonly at: Date;
  /** Of that function, from 1. */
  readonly attempt: number;
}

/** A document's history of errors grows no further. */
const maxErrors = 10;

export interface FunctionInfo {
  readonly state?: FunctionState;
  readonly attempts?: number;
  /** Why it failed, however much the others have had to tell since. */
  readonly error?: KeptError;
}

/** A side's bookkeeping under its `infoField`; every field may be missing. */
export interface DocumentInfo {
  readonly runId?: string;
  readonly claimId?: string;
  readonly claimedAt?: Date;
  /** Not to be claimed before then. */
  readonly notBefore?: Date;
  /** Returns to pending that used up no attempt. */
  readonly rounds?: number;
  /** When it was completed or failed: pending again after that, it starts anew. */
  readonly ended?: Date | null;
  readonly functions?: Readonly<Record<string, FunctionInfo>>;
  /** The last one, unless the pipeline's `errorField` says another place. */
  readonly error?: KeptError;
  /** The last few, the latest at the end; kept when the document is completed after all. */
  readonly errors?: readonly KeptError[];
}

/** Pending, by the status field; a missing one means pending unless the query names the field. */
export function pendingFilter({ side, namesStatusField }: RunPlan): Filter {
  const { field, pending } = side.status;
  return { [field]: namesStatusField ? pending : { $in: [pending, null] } };
}

/** Pending, or ended and to be done again by this run, which has not had it yet; `runId` null: a run that is only thought of. */
export function wantedFilter(plan: RunPlan, runId: string | null): Filter {
  return orEnded(plan, runId, pendingFilter(plan));
}

/** Wanted, and due when it is pending. */
export function claimableFilter(plan: RunPlan, now: Date, runId: string | null = null): Filter {
  return orEnded(plan, runId, { ...pendingFilter(plan), [info(plan, 'notBefore')]: { $not: { $gt: now } } });
}

/** Claimable still, and carrying the claim that it carried when it was found. */
export function claimFilter(plan: RunPlan, id: unknown, { former, runId, now }: ClaimingFrom): Filter {
  return { ...claimableFilter(plan, now, runId), _id: id, [info(plan, 'claimId')]: former };
}

export interface ClaimingFrom {
  /** The claim that the document carried when it was found; null: none. */
  readonly former: string | null;
  readonly runId: string;
  readonly now: Date;
}

export interface Claiming {
  readonly runId: string;
  readonly claimId: string;
  readonly ask: readonly string[];
  readonly anew: boolean;
  /** What failed is asked again, with its attempts from the start. */
  readonly again?: boolean;
  readonly now: Date;
  /** The user's part of the update; empty when there is none. */
  readonly template: Update;
}

export function claimUpdate(plan: RunPlan, claiming: Claiming): Update {
  const { runId, claimId, ask, anew, again = false, now, template } = claiming;
  const fresh = { state: 'asked', attempts: 0 };
  const functions = anew
    ? { [info(plan, 'functions')]: Object.fromEntries(ask.map((name) => [name, fresh])) }
    : again
      ? Object.fromEntries(ask.map((name) => [functionOf(plan, name), fresh]))
      : Object.fromEntries(ask.map((name) => [stateOf(plan, name), 'asked']));
  const ours = {
    $set: {
      [plan.side.status.field]: plan.side.status.inProgress,
      [info(plan, 'runId')]: runId,
      [info(plan, 'claimId')]: claimId,
      [info(plan, 'claimedAt')]: now,
      [info(plan, 'ended')]: null,
      ...functions,
      ...(anew || again ? { [info(plan, 'rounds')]: 0 } : {}),
    },
    ...(anew || again ? { $unset: { ...noError(plan), ...(anew && { [info(plan, 'errors')]: '' }) } } : {}),
  };
  return mergeUpdates(template, ours);
}

export interface Unmarkable {
  readonly runId: string;
  readonly claimId: string;
  readonly now: Date;
  readonly error: DocumentError;
  /** What the bookkeeping field held, when that was no bookkeeping. */
  readonly former?: unknown;
}

/** For a document that cannot be marked: it fails with the reason, and carries the claim. Nothing it held is lost. */
export function unmarkableUpdate(plan: RunPlan, { now, error, ...rest }: Unmarkable): Update {
  const { status, infoField, errorField } = plan.side;
  const kept: KeptError = { ...error, at: now, attempt: 0 };
  const marks = { ...rest, claimedAt: now, ended: now, errors: [kept] };
  const within = errorField.startsWith(`${infoField}.`) ? errorField.slice(infoField.length + 1).split('.') : [];
  const [first, ...deeper] = within;
  const inner = deeper.reduceRight<unknown>((value, name) => ({ [name]: value }), kept);
  return {
    $set: {
      [status.field]: status.failed,
      [infoField]: first === undefined ? marks : { ...marks, [first]: inner },
      ...(first === undefined && { [errorField]: kept }),
    },
  };
}

export function carryingFilter(plan: RunPlan, ids: readonly unknown[], claimId: string): Filter {
  return { _id: { $in: ids }, [info(plan, 'claimId')]: claimId };
}

/** (a) The last answer that a document lacked: it is completed with it, in one update. */
export function lastAnswerFilter(plan: RunPlan, id: unknown, claimId: string, name: string): Filter {
  const others = plan.functions.filter((other) => other !== name);
  return {
    ...askedFilter(plan, id, claimId, name),
    [plan.side.status.field]: plan.side.status.inProgress,
    ...Object.fromEntries(others.map((other) => [stateOf(plan, other), { $in: ['done', null] }])),
  };
}

export function lastAnswerUpdate(plan: RunPlan, name: string, template: Update, now: Date): Update {
  return mergeUpdates(answerUpdate(plan, name, template), completing(plan, now));
}

/** (b) The claim still holds and the function is still asked. */
export function askedFilter(plan: RunPlan, id: unknown, claimId: string, name: string): Filter {
  return { _id: id, [info(plan, 'claimId')]: claimId, [stateOf(plan, name)]: 'asked' };
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
export function unsaidFailureUpdate(plan: RunPlan, name: string): Update {
  return { $set: { [stateOf(plan, name)]: 'failed' }, $inc: { [attemptsOf(plan, name)]: 1 } };
}

export interface AskingAgain {
  readonly error: DocumentError;
  readonly attempt: number;
  readonly now: Date;
  readonly notBefore: Date;
  /** False: a round, which uses up no attempt. */
  readonly countsAttempt: boolean;
}

export function retryUpdate(plan: RunPlan, name: string, retry: AskingAgain): Update {
  const { error, attempt, now, notBefore, countsAttempt } = retry;
  return mergeUpdates(errorUpdate(plan, { ...error, function: name, at: now, attempt }), {
    $set: { [stateOf(plan, name)]: 'retry' },
    $inc: countsAttempt ? { [attemptsOf(plan, name)]: 1 } : { [info(plan, 'rounds')]: 1 },
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
  const { field, inProgress, pending, failed } = plan.side.status;
  const held = { _id: id, [info(plan, 'claimId')]: claimId, [field]: inProgress };
  const each = (condition: unknown): Filter =>
    Object.fromEntries(plan.functions.map((name) => [stateOf(plan, name), condition]));
  const some = (state: FunctionState): Filter => ({
    $or: plan.functions.map((name) => ({ [stateOf(plan, name)]: state })),
  });
  return [
    { filter: { ...held, ...each({ $in: ['done', null] }) }, update: completing(plan, now) },
    { filter: { ...held, ...each({ $ne: 'asked' }), ...some('retry') }, update: { $set: { [field]: pending } } },
    {
      filter: { ...held, ...each({ $nin: ['asked', 'retry'] }), ...some('failed') },
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
  const { field, inProgress, pending } = plan.side.status;
  return {
    filter: {
      _id: id,
      [info(plan, 'claimId')]: claimId,
      [field]: inProgress,
      ...Object.fromEntries(asked.map((name) => [stateOf(plan, name), 'asked'])),
    },
    update: {
      $set: { [field]: pending, ...Object.fromEntries(asked.map((name) => [stateOf(plan, name), 'retry'])) },
      $inc: { [info(plan, 'rounds')]: 1 },
    },
  };
}

/** The fields that the bookkeeping needs of a document. */
export function marksProjection(plan: RunPlan): Readonly<Record<string, 1>> {
  return { [plan.side.status.field]: 1, [plan.side.infoField]: 1 };
}

function completing(plan: RunPlan, now: Date): Update {
  const { field, completed } = plan.side.status;
  return {
    $set: { [field]: completed, [info(plan, 'ended')]: now },
    $unset: noError(plan),
  };
}

function noError(plan: RunPlan): Readonly<Record<string, ''>> {
  return { [plan.side.errorField]: '', [info(plan, 'notBefore')]: '' };
}

function errorUpdate(plan: RunPlan, error: KeptError): Update {
  return {
    $set: { [plan.side.errorField]: error },
    $push: { [info(plan, 'errors')]: { $each: [error], $slice: -maxErrors } },
  };
}

/** The status of those that have ended says so; the run's own carry its name. */
function orEnded(plan: RunPlan, runId: string | null, pending: Filter): Filter {
  if (plan.redo === null) return pending;
  const { field, failed, completed } = plan.side.status;
  const ended = { [field]: { $in: plan.redo === 'all' ? [completed, failed] : [failed] } };
  return { $or: [pending, runId === null ? ended : { ...ended, [info(plan, 'runId')]: { $ne: runId } }] };
}

function info(plan: RunPlan, name: string): string {
  return `${plan.side.infoField}.${name}`;
}

function functionOf(plan: RunPlan, name: string): string {
  return info(plan, `functions.${name}`);
}

function stateOf(plan: RunPlan, name: string): string {
  return `${functionOf(plan, name)}.state`;
}

function attemptsOf(plan: RunPlan, name: string): string {
  return `${functionOf(plan, name)}.attempts`;
}

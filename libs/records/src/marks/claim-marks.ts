/* Long, because the filter that finds a document, the decision what to ask, and the update that marks it must agree. */

import type { DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import type { Member } from '../files/members.js';
import {
  functionPath,
  markPath,
  mergeUpdates,
  statePath,
  unsetLastError,
  type Marks,
  type StoredError,
} from './document-marks.js';
import { hasEndedStatus, missingFilter, missingFunctions } from './missing-marks.js';

/*
 * How documents are claimed, as filters and updates of MongoDB. First a scan finds documents (`claimableFilter`), then it
 * decides what to request of each (`requestsFor`), then it marks each by one conditional update that names its `_id`
 * (`claimFilter`, `claimUpdate`). A process that is late, or repeats a mark, changes nothing, because the condition no
 * longer holds.
 */

/** Documents whose status is pending. A missing status counts as pending, unless the query names the status field. */
export function pendingFilter({ endpointPlan, namesStatusField }: RunPlan): Filter {
  const { field, pending } = endpointPlan.status;
  return { [field]: namesStatusField ? pending : { $in: [pending, null] } };
}

/** The same for a document whose marks were read. */
function isPending({ endpointPlan, namesStatusField }: RunPlan, { status }: Marks): boolean {
  return status === endpointPlan.status.pending || (!namesStatusField && (status === undefined || status === null));
}

/** True for marks of a document that is pending or lacks one of the run's functions. */
export function isEligible(plan: RunPlan, marks: Marks): boolean {
  return isPending(plan, marks) || missingFunctions(plan, marks).length > 0;
}

/** A run as documents name it: two installations may have runs with the same id. */
export interface ClaimingRun {
  readonly installation: string;
  readonly runId: string;
}

/** True for marks that this run wrote. Marks of an earlier version name no installation. */
export function isOfRun({ runId, installation }: Marks, run: ClaimingRun): boolean {
  return runId === run.runId && (installation === null || installation === run.installation);
}

/**
 * Documents that are pending, lack one of the run's functions, or have ended and are to be done again by this run. A run does a
 * document again only once. `run` is null for an estimate.
 */
export function eligibleFilter(plan: RunPlan, run: ClaimingRun | null): Filter {
  return { $or: alternatives(plan, run, { pending: pendingFilter(plan), missing: missingFilter(plan, null) }) };
}

/** Eligible documents that may be claimed now: those that are pending or lack a function must not wait for a later time. */
export function claimableFilter(plan: RunPlan, now: Date, run: ClaimingRun | null = null): Filter {
  return { $or: alternatives(plan, run, { pending: waitingFilter(plan, now), missing: missingFilter(plan, now) }) };
}

/** The same, for the documents of the run's query. */
export function selectedFilter(plan: RunPlan, now: Date, run: ClaimingRun | null = null): Filter {
  const { filter, endedFilter, redo, namesStatusField } = plan;
  if (redo !== null || !namesStatusField) return { $and: [filter, claimableFilter(plan, now, run)] };
  const pending = { $and: [filter, waitingFilter(plan, now)] };
  if (endedFilter === null) return pending;
  return { $or: [pending, { $and: [endedFilter, missingFilter(plan, now)] }] };
}

/** Pending documents that need not wait for a later time. */
export function waitingFilter(plan: RunPlan, now: Date): Filter {
  return { ...pendingFilter(plan), [markPath(plan, 'notBefore')]: { $not: { $gt: now } } };
}

function alternatives(
  plan: RunPlan,
  run: ClaimingRun | null,
  { pending, missing }: { readonly pending: Filter; readonly missing: Filter },
): Filter[] {
  const installation = markPath(plan, 'installation');
  const runId = markPath(plan, 'runId');
  switch (plan.redo) {
    case null:
      return [pending, missing];
    case 'missing':
      // What this run has claimed may be pending again, to be retried.
      return run === null
        ? [missing]
        : [missing, { ...pending, [runId]: run.runId, [installation]: { $in: [run.installation, null] } }];
    case 'failed':
    case 'stale':
    case 'all': {
      const redone = redoneFilters(plan, plan.redo);
      const ofOthers = redone.flatMap((filter) =>
        run === null
          ? [filter]
          : [
              { ...filter, [runId]: { $ne: run.runId } },
              // Null: marks of an earlier version, which name no installation.
              { ...filter, [installation]: { $nin: [run.installation, null] } },
            ],
      );
      return [pending, ...(plan.redo === 'all' ? [] : [missing]), ...ofOthers];
    }
  }
}

/** Ended documents that are done again. One that is completed has a failed function when that is left out of other runs. */
function redoneFilters(plan: RunPlan, redo: 'failed' | 'stale' | 'all'): Filter[] {
  const { field, failed, completed } = plan.endpointPlan.status;
  if (redo === 'all') return [{ [field]: { $in: [completed, failed] } }];
  // Which of them are stale is found out by reading them: see `isStale`.
  if (redo === 'stale') return [{ [field]: completed }];
  const some = (condition: unknown): Filter => ({
    $or: plan.functions.map((name) => ({ [statePath(plan, name)]: condition })),
  });
  return [
    { [field]: failed, ...some({ $ne: 'done' }) },
    { [field]: completed, ...some('failed') },
  ];
}

/** What a claim requests of a document, and how. */
export type MemberRequests = Pick<Member, 'functions' | 'restart' | 'retryFailed' | 'missing'>;

/**
 * What a claim requests of a document, by its marks: of one that is pending, the functions that are neither done nor failed, or all
 * when it had ended and is restarted; of one that has ended, the functions that are missing. To redo failures, all that are not
 * done; to redo all, all functions of the run. Those of other runs are kept.
 */
export function requestsFor(plan: RunPlan, marks: Marks): MemberRequests {
  const { functions, redo } = plan;
  if (!hasEndedStatus(plan, marks)) {
    return { functions: functionsToRequest(functions, marks), restart: marks.ended };
  }
  const { completed, failed } = plan.endpointPlan.status;
  if (redo === 'all' || (redo === 'stale' && marks.status === completed)) {
    const keepsOthers = marks.functions?.some((name) => !functions.includes(name)) ?? false;
    return { functions, restart: !keepsOthers, ...(keepsOthers && { retryFailed: true }) };
  }
  const hasFailed = marks.status === failed;
  if (redo === 'failed' && (hasFailed || functions.some((name) => marks.stateOf(name) === 'failed'))) {
    return { functions: functions.filter((name) => marks.stateOf(name) !== 'done'), restart: false, retryFailed: true };
  }
  return { functions: missingFunctions(plan, marks), restart: false, missing: true };
}

/** All functions when the document had ended, else those that are neither done nor failed. */
export function functionsToRequest(functions: readonly string[], marks: Marks): string[] {
  if (marks.ended) return [...functions];
  return functions.filter((name) => !['done', 'failed'].includes(marks.stateOf(name) ?? ''));
}

/** What `claimFilter` expects of a document. */
export interface ClaimCondition {
  /** The claim that the document carried when it was found; null: none. */
  readonly previousClaimId: string | null;
  readonly run: ClaimingRun;
  readonly now: Date;
  /** Functions to request. None of them may be done by now: a kept answer may have been used since the document was found. */
  readonly undone?: readonly string[];
}

/** The document, if it is still claimable and carries no other claim than when it was found. */
export function claimFilter(
  plan: RunPlan,
  id: unknown,
  { previousClaimId, run, now, undone = [] }: ClaimCondition,
): Filter {
  return {
    ...claimableFilter(plan, now, run),
    _id: id,
    [markPath(plan, 'claimId')]: previousClaimId,
    ...Object.fromEntries(undone.map((name) => [statePath(plan, name), { $ne: 'done' }])),
  };
}

/** What `claimUpdate` writes. */
export interface ClaimMark {
  readonly run: ClaimingRun;
  readonly claimId: string;
  readonly functions: readonly string[];
  /** Resets the attempts of all functions and removes the errors, and what is known of other functions. */
  readonly restart: boolean;
  /** Resets the attempts of the functions that are requested. */
  readonly retryFailed?: boolean;
  /** Adds the functions to a document that has ended. If they come to nothing, it is again what it was. */
  readonly missing?: boolean;
  readonly now: Date;
  /** The user's part of the update; empty when there is none. */
  readonly template: Update;
}

/** Marks a document with a claim. Where the user's part writes the same path, the marks win. */
export function claimUpdate(plan: RunPlan, mark: ClaimMark): Update {
  const { run, claimId, functions, restart, retryFailed = false, missing = false, now, template } = mark;
  const reset = { state: 'requested', attempts: 0 };
  const requested = restart
    ? { [markPath(plan, 'functions')]: Object.fromEntries(functions.map((name) => [name, reset])) }
    : retryFailed
      ? Object.fromEntries(functions.map((name) => [functionPath(plan, name), reset]))
      : Object.fromEntries(functions.map((name) => [statePath(plan, name), 'requested']));
  const marks = {
    $set: {
      [plan.endpointPlan.status.field]: plan.endpointPlan.status.inProgress,
      [markPath(plan, 'installation')]: run.installation,
      [markPath(plan, 'runId')]: run.runId,
      [markPath(plan, 'claimId')]: claimId,
      [markPath(plan, 'claimedAt')]: now,
      ...(restart || retryFailed ? { [markPath(plan, 'ended')]: null } : {}),
      ...requested,
      ...(restart || retryFailed || missing ? { [markPath(plan, 'freeRetries')]: 0 } : {}),
    },
    ...(restart || retryFailed
      ? { $unset: { ...unsetLastError(plan), ...(restart && { [markPath(plan, 'errors')]: '' }) } }
      : {}),
  };
  return mergeUpdates(template, marks);
}

/** What `failedClaimUpdate` writes. */
export interface FailedClaimMark {
  readonly run: ClaimingRun;
  readonly claimId: string;
  readonly now: Date;
  readonly error: DocumentError;
  /** The value of the field for marks, when that was something else than marks. It is kept beside them. */
  readonly previousValue?: unknown;
}

/**
 * For a document that cannot be marked because its fields are in the way. It carries the claim and fails with the
 * error.
 */
export function failedClaimUpdate(plan: RunPlan, { run, now, error, ...rest }: FailedClaimMark): Update {
  const { status, infoField, errorField } = plan.endpointPlan;
  const stored: StoredError = { ...error, at: now, attempt: 0 };
  const marks = { ...run, ...rest, claimedAt: now, ended: now, errors: [stored] };
  // The field for marks is replaced as a whole, so an error field within it must be part of the new value.
  const pathInMarks = errorField.startsWith(`${infoField}.`) ? errorField.slice(infoField.length + 1).split('.') : [];
  const [first, ...deeper] = pathInMarks;
  const inner = deeper.reduceRight<unknown>((value, name) => ({ [name]: value }), stored);
  return {
    $set: {
      [status.field]: status.failed,
      [infoField]: first === undefined ? marks : { ...marks, [first]: inner },
      ...(first === undefined && { [errorField]: stored }),
    },
  };
}

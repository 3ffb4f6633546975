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
export function isPending({ endpointPlan, namesStatusField }: RunPlan, { status }: Marks): boolean {
  return status === endpointPlan.status.pending || (!namesStatusField && (status === undefined || status === null));
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
 * Documents that are pending, or ended and to be done again by this run. A run does a document again only once.
 * `run` is null for an estimate.
 */
export function eligibleFilter(plan: RunPlan, run: ClaimingRun | null): Filter {
  return orRedone(plan, run, pendingFilter(plan));
}

/** Eligible documents that may be claimed now: those that are pending must not wait for a later time. */
export function claimableFilter(plan: RunPlan, now: Date, run: ClaimingRun | null = null): Filter {
  return orRedone(plan, run, { ...pendingFilter(plan), [markPath(plan, 'notBefore')]: { $not: { $gt: now } } });
}

function orRedone(plan: RunPlan, run: ClaimingRun | null, pending: Filter): Filter {
  if (plan.redo === null) return pending;
  const { field, failed, completed } = plan.endpointPlan.status;
  // Which completed documents are stale is found out by reading them: see `isStale`.
  const redone = { all: [completed, failed], failed: [failed], stale: [completed] };
  const ended = { [field]: { $in: redone[plan.redo] } };
  if (run === null) return { $or: [pending, ended] };
  const ofOthers = [
    { ...ended, [markPath(plan, 'runId')]: { $ne: run.runId } },
    // Null: marks of an earlier version, which name no installation.
    { ...ended, [markPath(plan, 'installation')]: { $nin: [run.installation, null] } },
  ];
  return { $or: [pending, ...ofOthers] };
}

/**
 * What a claim requests of a document, by its marks. The functions that are neither done nor failed; or all of them, when
 * the document had ended and is restarted; or, to redo failures, those that are not done, with their attempts reset.
 */
export function requestsFor(plan: RunPlan, marks: Marks): Pick<Member, 'functions' | 'restart' | 'retryFailed'> {
  const { functions, redo } = plan;
  const { completed, failed } = plan.endpointPlan.status;
  if (redo === 'all' && (marks.status === completed || marks.status === failed)) return { functions, restart: true };
  if (redo === 'stale' && marks.status === completed) return { functions, restart: true };
  if (redo === 'failed' && marks.status === failed) {
    return { functions: functions.filter((name) => marks.stateOf(name) !== 'done'), restart: false, retryFailed: true };
  }
  return { functions: functionsToRequest(functions, marks), restart: marks.ended };
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
  readonly missing?: readonly string[];
}

/** The document, if it is still claimable and carries no other claim than when it was found. */
export function claimFilter(
  plan: RunPlan,
  id: unknown,
  { previousClaimId, run, now, missing = [] }: ClaimCondition,
): Filter {
  return {
    ...claimableFilter(plan, now, run),
    _id: id,
    [markPath(plan, 'claimId')]: previousClaimId,
    ...Object.fromEntries(missing.map((name) => [statePath(plan, name), { $ne: 'done' }])),
  };
}

/** What `claimUpdate` writes. */
export interface ClaimMark {
  readonly run: ClaimingRun;
  readonly claimId: string;
  readonly functions: readonly string[];
  /** Resets the attempts of all functions and removes the errors. */
  readonly restart: boolean;
  /** Resets the attempts of the functions that are requested. */
  readonly retryFailed?: boolean;
  readonly now: Date;
  /** The user's part of the update; empty when there is none. */
  readonly template: Update;
}

/** Marks a document with a claim. Where the user's part writes the same path, the marks win. */
export function claimUpdate(plan: RunPlan, mark: ClaimMark): Update {
  const { run, claimId, functions, restart, retryFailed = false, now, template } = mark;
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
      [markPath(plan, 'ended')]: null,
      ...requested,
      ...(restart || retryFailed ? { [markPath(plan, 'freeRetries')]: 0 } : {}),
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

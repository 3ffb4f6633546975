import type { DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import { functionOf, info, noError, stateOf, type KeptError } from './document-info.js';
import { mergeUpdates } from './merge-updates.js';

/*
 * Taking the user's documents, as filters and updates in MongoDB's language. Every mark is one conditional
 * update of one document, addressed by `_id`: whoever comes late or twice finds that the condition does not hold.
 */

/** Pending, by the status field; a missing one means pending unless the query names the field. */
export function pendingFilter({ endpointPlan, namesStatusField }: RunPlan): Filter {
  const { field, pending } = endpointPlan.status;
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
export function claimFilter(plan: RunPlan, id: unknown, { previousClaimId, runId, now }: ClaimingFrom): Filter {
  return { ...claimableFilter(plan, now, runId), _id: id, [info(plan, 'claimId')]: previousClaimId };
}

export interface ClaimingFrom {
  /** The claim that the document carried when it was found; null: none. */
  readonly previousClaimId: string | null;
  readonly runId: string;
  readonly now: Date;
}

export interface Claiming {
  readonly runId: string;
  readonly claimId: string;
  readonly functions: readonly string[];
  readonly restart: boolean;
  /** What failed is asked again, with its attempts from the start. */
  readonly retryFailed?: boolean;
  readonly now: Date;
  /** The user's part of the update; empty when there is none. */
  readonly template: Update;
}

export function claimUpdate(plan: RunPlan, claiming: Claiming): Update {
  const { runId, claimId, functions, restart, retryFailed = false, now, template } = claiming;
  const fresh = { state: 'requested', attempts: 0 };
  const requested = restart
    ? { [info(plan, 'functions')]: Object.fromEntries(functions.map((name) => [name, fresh])) }
    : retryFailed
      ? Object.fromEntries(functions.map((name) => [functionOf(plan, name), fresh]))
      : Object.fromEntries(functions.map((name) => [stateOf(plan, name), 'requested']));
  const ours = {
    $set: {
      [plan.endpointPlan.status.field]: plan.endpointPlan.status.inProgress,
      [info(plan, 'runId')]: runId,
      [info(plan, 'claimId')]: claimId,
      [info(plan, 'claimedAt')]: now,
      [info(plan, 'ended')]: null,
      ...requested,
      ...(restart || retryFailed ? { [info(plan, 'freeRetries')]: 0 } : {}),
    },
    ...(restart || retryFailed ? { $unset: { ...noError(plan), ...(restart && { [info(plan, 'errors')]: '' }) } } : {}),
  };
  return mergeUpdates(template, ours);
}

export interface Unmarkable {
  readonly runId: string;
  readonly claimId: string;
  readonly now: Date;
  readonly error: DocumentError;
  /** What the bookkeeping field held, when that was no bookkeeping. */
  readonly previousValue?: unknown;
}

/** For a document that cannot be marked: it fails with the reason, and carries the claim. Nothing it held is lost. */
export function unmarkableUpdate(plan: RunPlan, { now, error, ...rest }: Unmarkable): Update {
  const { status, infoField, errorField } = plan.endpointPlan;
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

/** The status of those that have ended says so; the run's own carry its name. */
function orEnded(plan: RunPlan, runId: string | null, pending: Filter): Filter {
  if (plan.redo === null) return pending;
  const { field, failed, completed } = plan.endpointPlan.status;
  const ended = { [field]: { $in: plan.redo === 'all' ? [completed, failed] : [failed] } };
  return { $or: [pending, runId === null ? ended : { ...ended, [info(plan, 'runId')]: { $ne: runId } }] };
}

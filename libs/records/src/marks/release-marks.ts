import type { EndpointPlan } from '@batchmill/pipeline';
import type { BulkUpdate, Fields, Filter } from '@batchmill/store';
import type { DocumentMarks } from './document-marks.js';

/*
 * How documents are released that a claim holds and that nobody works on, as after a restore of the documents or of the
 * state alone. Here no run is known: the marks themselves say what was requested.
 */

/** The fields of an endpoint's marks. */
export type MarkedFields = Pick<EndpointPlan, 'status' | 'infoField'>;

/** Documents that are in progress under a claim. */
export function heldFilter({ status, infoField }: MarkedFields): Filter {
  return { [status.field]: status.inProgress, [`${infoField}.claimId`]: { $type: 'string' } };
}

/** The marks of a document that `heldFilter` matches. */
export function heldMarksOf(
  { infoField }: MarkedFields,
  document: Fields,
): DocumentMarks & { readonly claimId: string } {
  let value: unknown = document;
  for (const part of infoField.split('.')) value = (value as Fields)[part];
  // The filter has checked that there is a claim's name.
  return value as DocumentMarks & { readonly claimId: string };
}

/**
 * The document is pending again, or what it was when it had ended before and the claim added functions, and what its claim
 * requested is to be retried. It changes nothing when the document carries another claim by now, or has ended. A result of the
 * claim that comes later is not written.
 */
export function releaseUpdate({ status, infoField }: MarkedFields, id: unknown, marks: DocumentMarks): BulkUpdate {
  const functions = Object.entries(marks.functions ?? {});
  const requested = functions.filter(([, { state }]) => state === 'requested');
  const statesOf = (state: 'requested' | 'retry'): Fields =>
    Object.fromEntries(requested.map(([name]) => [`${infoField}.functions.${name}.state`, state]));
  const hadEnded = marks.ended instanceof Date;
  const hasFailed = functions.some(([, { state }]) => state === 'failed');
  const ended = hasFailed ? status.failed : status.completed;
  return {
    filter: {
      _id: id,
      [status.field]: status.inProgress,
      [`${infoField}.claimId`]: marks.claimId,
      ...statesOf('requested'),
    },
    update: { $set: { [status.field]: hadEnded ? ended : status.pending, ...statesOf('retry') } },
  };
}

import type { EndpointPlan } from '@batchmill/pipeline';
import type { BulkUpdate, Fields } from '@batchmill/store';

/*
 * How our marks are taken off a document that is forgotten. Its status becomes one that no run takes: a missing status counts as
 * pending in most pipelines, so that the next run would send the document once more.
 */

/** The fields of an endpoint's marks. */
export type ForgottenFields = Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>;

/** The status of a document of which nothing is kept, and which no run takes. */
export const forgottenStatus = 'forgotten';

/** It changes nothing while the document is in progress. */
export function forgetUpdate({ status, infoField, errorField }: ForgottenFields, id: unknown): BulkUpdate {
  const filter = { _id: id, [status.field]: { $ne: status.inProgress } };
  const isWithin = (field: string): boolean => field === infoField || field.startsWith(`${infoField}.`);
  const errors: Fields = isWithin(errorField) ? {} : { [errorField]: '' };
  if (!isWithin(status.field)) {
    return { filter, update: { $set: { [status.field]: forgottenStatus }, $unset: { [infoField]: '', ...errors } } };
  }
  // One update cannot remove a field and write within it.
  const path = status.field.slice(infoField.length + 1).split('.');
  const marks = path.reduceRight<unknown>((value, name) => ({ [name]: value }), forgottenStatus);
  const unset = Object.keys(errors).length === 0 ? {} : { $unset: errors };
  return { filter, update: { $set: { [infoField]: marks }, ...unset } };
}

/** A forgotten document is pending again, and is requested from the beginning. */
export function pendingForgottenUpdate({ status }: ForgottenFields, id: unknown): BulkUpdate {
  return { filter: { _id: id, [status.field]: forgottenStatus }, update: { $set: { [status.field]: status.pending } } };
}

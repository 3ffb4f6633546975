import type { EndpointPlan } from '@batchmill/pipeline';
import { isPlainObject, readPath } from '@batchmill/documents';
import type { Fields, Filter } from '@batchmill/store';
import type { DocumentMarks, StoredError } from './document-marks.js';

/*
 * How failed documents are found and read without the plan of a run: the marks themselves say which functions failed.
 */

/** The fields of an endpoint's marks, with that of the last error. */
export type FailedFields = Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>;

/** Why a document failed. */
export interface DocumentFailure {
  /** Null: it failed before a function was requested. */
  readonly function: string | null;
  readonly error: Pick<StoredError, 'code' | 'message' | 'at'>;
}

/** Failed documents: all, or those of a run. `withCompleted`: and completed ones, in which a function may have failed. */
export function failedFilter(
  { status, infoField }: FailedFields,
  { runId, withCompleted }: { readonly runId: string | null; readonly withCompleted: boolean },
): Filter {
  const ended = withCompleted ? { $in: [status.failed, status.completed] } : status.failed;
  return { [status.field]: ended, ...(runId !== null && { [`${infoField}.runId`]: runId }) };
}

/** What `failuresOf` reads. */
export function failedProjection({ status, infoField, errorField }: FailedFields): Readonly<Record<string, 1>> {
  const marks = { [status.field]: 1, [infoField]: 1 } as const;
  return errorField.startsWith(`${infoField}.`) ? marks : { ...marks, [errorField]: 1 };
}

/** Never throws, whatever the fields hold. Empty: the document does not say why it failed. */
export function failuresOf({ status, infoField, errorField }: FailedFields, document: Fields): DocumentFailure[] {
  const marks = readPath(document, infoField);
  const functions: DocumentMarks['functions'] = isPlainObject(marks) ? (marks as DocumentMarks).functions : {};
  const failed = Object.entries(functions ?? {}).flatMap(([name, each]) =>
    each.state === 'failed' && isError(each.error) ? [{ function: name, error: each.error }] : [],
  );
  // The last error of a completed document was of an attempt that another one followed.
  if (readPath(document, status.field) === status.completed) return failed;
  const last = readPath(document, errorField);
  return failed.length > 0 || !isError(last) ? failed : [{ function: last.function ?? null, error: last }];
}

/** The run that worked on a document last; null: unknown. */
export function lastRunOf({ infoField }: FailedFields, document: Fields): string | null {
  const runId = readPath(document, `${infoField}.runId`);
  return typeof runId === 'string' ? runId : null;
}

function isError(value: unknown): value is StoredError {
  return isPlainObject(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
}

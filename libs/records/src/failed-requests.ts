import type { DocumentError } from '@batchmill/contracts';

/** The requests that failed for good with one error code. */
export interface FailedRequests {
  readonly code: string;
  readonly requests: number;
  /** Of the first of them. */
  readonly message: string;
}

/** Counts one more failed request. */
export function countFailed(
  counted: readonly FailedRequests[],
  { code, message }: Pick<DocumentError, 'code' | 'message'>,
): readonly FailedRequests[] {
  return addFailed(counted, [{ code, requests: 1, message }]);
}

/** The sum by code, in the order in which the codes first appear. */
export function addFailed(a: readonly FailedRequests[], b: readonly FailedRequests[]): readonly FailedRequests[] {
  const sums = new Map(a.map((each) => [each.code, each]));
  for (const { code, requests, message } of b) {
    const before = sums.get(code);
    sums.set(code, { code, requests: (before?.requests ?? 0) + requests, message: before?.message ?? message });
  }
  return [...sums.values()];
}

/** A failure that Milvus or its client reported, in whichever shape. */
export interface MilvusFailure {
  /** https://grpc.github.io/grpc/core/md_doc_statuscodes.html; null when the server itself reported it. */
  readonly grpcCode: number | null;
  /** Milvus' own code since 2.3: https://github.com/milvus-io/milvus/blob/master/pkg/util/merr/errors.go; 0 for none. */
  readonly code: number;
  /** The name that servers before 2.3 sent, and later ones still send; its number when the client knows no name. */
  readonly errorCode: string;
  readonly reason: string;
  readonly isRetriable: boolean;
}

const success = ['Success', 'SUCCESS', '0', ''];
const none: MilvusFailure = { grpcCode: null, code: 0, errorCode: '', reason: '', isRetriable: false };

/**
 * Returns the failure in an answer, or null. An answer is a status or has one; the client returns an answer without a
 * status for a method that the server does not have.
 */
export function failureIn(answer: unknown): MilvusFailure | null {
  const status = statusOf(answer);
  if (status === null)
    return { ...none, errorCode: 'Unimplemented', reason: 'The server returned an answer without a status.' };
  return status.code === 0 && success.includes(status.errorCode) ? null : status;
}

/** Reads what was thrown: a plain status, an answer with one, an error of gRPC or an error of the client. */
export function failureThrown(thrown: unknown): MilvusFailure {
  if (thrown instanceof Error) return failureOfError(thrown);
  return (
    statusOf(thrown) ?? {
      ...none,
      reason: typeof thrown === 'string' ? thrown : 'A value was thrown that is no error.',
    }
  );
}

function failureOfError(error: Error): MilvusFailure {
  const { code, details } = error as { code?: unknown; details?: unknown };
  if (typeof code === 'number') {
    return { ...none, grpcCode: code, reason: typeof details === 'string' ? details : error.message };
  }
  const [, errorCode, reason] = /^ErrorCode: (\w*)\. Reason: (.*)$/s.exec(error.message) ?? [];
  return { ...none, errorCode: errorCode ?? '', reason: reason ?? error.message };
}

function statusOf(answer: unknown): MilvusFailure | null {
  if (!isObject(answer)) return null;
  if (isObject(answer['status'])) return statusOf(answer['status']);
  const { error_code: errorCode, code, reason, retriable } = answer;
  if (errorCode === undefined && code === undefined) return null;
  return {
    grpcCode: null,
    code: Number(code ?? 0),
    errorCode: typeof errorCode === 'string' || typeof errorCode === 'number' ? String(errorCode) : '',
    reason: typeof reason === 'string' ? reason : '',
    isRetriable: retriable === true,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

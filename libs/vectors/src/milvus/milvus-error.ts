import {
  ConnectionError,
  ProcessingError,
  TimeoutError,
  ValidationError,
  mayWantTls,
  tlsAdvice,
  type BatchmillError,
  type TlsSettings,
} from '@batchmill/contracts';
import type { VectorsErrorCode } from '../error-codes.js';
import type { MilvusFailure } from './milvus-failure.js';

type Kind = new (code: VectorsErrorCode, message: string, options?: { cause?: unknown }) => BatchmillError;

interface Translation {
  readonly kind: Kind;
  readonly code: VectorsErrorCode;
  readonly advice: string;
}

const unavailable: Translation = {
  kind: ConnectionError,
  code: 'vectors.unavailable',
  advice: 'Batchmill retries it.',
};
const rateLimited: Translation = {
  kind: ConnectionError,
  code: 'vectors.rate-limited',
  advice: 'Reduce the calls in flight, or raise the limits of the server.',
};
const noRoom: Translation = {
  kind: ConnectionError,
  code: 'vectors.no-room',
  advice: 'Give the server more memory or disk, or raise its quota.',
};
const refused: Translation = {
  kind: ConnectionError,
  code: 'vectors.refused',
  advice: 'Check MILVUS_TOKEN (an API key, or user:password) and the rights of the user.',
};
const timedOut: Translation = {
  kind: TimeoutError,
  code: 'vectors.timeout',
  advice: 'The call may have been executed; repeating it does no harm.',
};
const unknownCollection: Translation = {
  kind: ValidationError,
  code: 'vectors.unknown-collection',
  advice: 'Create the collection first, with ensureCollection.',
};
const unknownDatabase: Translation = {
  kind: ValidationError,
  code: 'vectors.unknown-database',
  advice: 'Create the database, or name another one in the URL.',
};
const notAccepted: Translation = {
  kind: ValidationError,
  code: 'vectors.not-accepted',
  advice: 'A retry does not help.',
};
const failed: Translation = { kind: ProcessingError, code: 'vectors.failed', advice: 'See the log of the server.' };

/** In the order of their numbers, from 0: https://grpc.io/docs/guides/status-codes/. Its library would take long to load. */
const grpcNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

const byGrpcName: Readonly<Record<string, Translation>> = {
  CANCELLED: unavailable,
  INVALID_ARGUMENT: notAccepted,
  DEADLINE_EXCEEDED: timedOut,
  PERMISSION_DENIED: refused,
  RESOURCE_EXHAUSTED: rateLimited,
  ABORTED: unavailable,
  INTERNAL: unavailable,
  UNAVAILABLE: unavailable,
  DATA_LOSS: unavailable,
  UNAUTHENTICATED: refused,
};

/** The first and the last code of a range: https://github.com/milvus-io/milvus/blob/master/pkg/util/merr/errors.go */
const byCode: readonly (readonly [number, number, Translation])[] = [
  [1, 2, unavailable],
  [3, 3, noRoom],
  [4, 4, rateLimited],
  [5, 6, unavailable],
  [7, 7, noRoom],
  [8, 8, rateLimited],
  [9, 9, noRoom],
  [11, 11, unavailable],
  [12, 12, noRoom],
  [100, 100, unknownCollection],
  [101, 101, unavailable],
  [103, 103, unavailable],
  [106, 106, unavailable],
  [201, 202, unavailable],
  [305, 305, unavailable],
  [400, 401, unavailable],
  [500, 504, unavailable],
  [600, 604, unavailable],
  [800, 800, unknownDatabase],
  [901, 906, unavailable],
  [1000, 1002, unavailable],
  [1100, 1102, notAccepted],
  [1300, 1303, unavailable],
  [1400, 1401, refused],
  [1800, 1800, refused],
  [1807, 1807, rateLimited],
  [10_000, 10_000, unavailable],
  [10_001, 10_001, timedOut],
];

const byErrorCode: Readonly<Record<string, Translation>> = {
  RateLimit: rateLimited,
  CollectionNotExists: unknownCollection,
  CollectionNameNotFound: unknownCollection,
  PermissionDenied: refused,
  ForceDeny: noRoom,
  MemoryQuotaExhausted: noRoom,
  DiskQuotaExhausted: noRoom,
  OutOfMemory: noRoom,
  InsufficientMemoryToLoad: noRoom,
  ConnectFailed: unavailable,
  MetaFailed: unavailable,
  CacheFailed: unavailable,
  NotShardLeader: unavailable,
  NoReplicaAvailable: unavailable,
  SegmentNotFound: unavailable,
  NodeIDNotMatch: unavailable,
  TimeTickLongDelay: unavailable,
  NotReadyServe: unavailable,
  NotReadyCoordActivating: unavailable,
  DataCoordNA: unavailable,
  DDRequestRace: unavailable,
  IllegalArgument: notAccepted,
  IllegalDimension: notAccepted,
  IllegalCollectionName: notAccepted,
  IllegalTOPK: notAccepted,
  IllegalRowRecord: notAccepted,
  IllegalVectorID: notAccepted,
  IllegalMetricType: notAccepted,
  SchemaMismatch: notAccepted,
};

/** What gRPC says of a connection that the server closed before it spoke HTTP/2. One without a server has another reason. */
const hungUp = /Last error: Failed to connect/;

/** For failures that only the text of the reason identifies. */
const byReason: readonly (readonly [RegExp, Translation])[] = [
  [/larger than max/i, notAccepted],
  [/database\b.*\bnot (?:found|exist)/is, unknownDatabase],
  [/not ready yet|pool is draining/i, unavailable],
];

const maxReasonLength = 300;

const tlsSettings: TlsSettings = {
  switch: 'MILVUS_TLS=true',
  authority: 'MILVUS_CA_FILE',
  serverName: 'MILVUS_TLS_SERVER_NAME',
  certificate: 'MILVUS_CERTIFICATE_FILE and MILVUS_KEY_FILE',
};

/** Translates a failure into an error of ours, whose kind decides what to do. `what` names the call and the collection. */
export function milvusErrorOf(failure: MilvusFailure, what: string, cause: unknown): BatchmillError {
  const { kind: Kind, code, advice } = translationOf(failure);
  const reason = failure.reason.slice(0, maxReasonLength).trim();
  const reported = reason === '' ? 'no reason was given' : reason;
  return new Kind(code, `${what}: ${reported} (${codesOf(failure)}). ${advice}`, { cause });
}

export function isRateLimit(failure: MilvusFailure): boolean {
  return translationOf(failure) === rateLimited;
}

function translationOf(failure: MilvusFailure): Translation {
  const { grpcCode, code, errorCode, reason, isRetriable } = failure;
  const grpcName = grpcCode === null ? null : grpcNameOf(grpcCode);
  const tls = grpcName === 'UNAVAILABLE' ? tlsAdvice({ message: reason }, tlsSettings) : null;
  if (tls !== null) return { kind: ConnectionError, code: 'vectors.tls', advice: tls };
  if (grpcName === 'UNAVAILABLE' && (mayWantTls(reason) || hungUp.test(reason))) {
    return {
      ...unavailable,
      advice: `${unavailable.advice} A server that hangs up at once may want TLS (MILVUS_TLS) or a certificate (MILVUS_CERTIFICATE_FILE).`,
    };
  }
  const byText = byReason.find(([pattern]) => pattern.test(reason))?.[1];
  if (byText) return byText;
  if (grpcName !== null) return byGrpcName[grpcName] ?? failed;
  const byNumber = byCode.find(([first, last]) => code >= first && code <= last)?.[2];
  return byNumber ?? byErrorCode[errorCode] ?? (isRetriable ? unavailable : failed);
}

function codesOf({ grpcCode, code, errorCode }: MilvusFailure): string {
  if (grpcCode !== null) return `gRPC's ${grpcNameOf(grpcCode)}`;
  return `Milvus' code ${code}${errorCode === '' ? '' : `, ${errorCode}`}`;
}

function grpcNameOf(code: number): string {
  return grpcNames[code] ?? String(code);
}

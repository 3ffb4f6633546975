import {
  ConnectionError,
  ProcessingError,
  TimeoutError,
  ValidationError,
  type BatchmillError,
} from '@batchmill/contracts';
import { status as grpc } from '@grpc/grpc-js';
import type { VectorsErrorCode } from '../error-codes.js';
import type { MilvusFailure } from './milvus-failure.js';

type Kind = new (code: VectorsErrorCode, message: string, options?: { cause?: unknown }) => BatchmillError;

interface Verdict {
  readonly kind: Kind;
  readonly code: VectorsErrorCode;
  readonly advice: string;
}

const unavailable: Verdict = { kind: ConnectionError, code: 'vectors.unavailable', advice: 'It is tried again.' };
const rateLimited: Verdict = {
  kind: ConnectionError,
  code: 'vectors.rate-limited',
  advice: 'Write less at once, or raise the limits of the server.',
};
const noRoom: Verdict = {
  kind: ConnectionError,
  code: 'vectors.no-room',
  advice: 'Give the server more memory or disk, or raise its quota.',
};
const refused: Verdict = { kind: ConnectionError, code: 'vectors.refused', advice: 'Look at the user and its rights.' };
const timedOut: Verdict = {
  kind: TimeoutError,
  code: 'vectors.timeout',
  advice: 'What it was to write may still be written; writing it again does no harm.',
};
const unknownCollection: Verdict = {
  kind: ValidationError,
  code: 'vectors.unknown-collection',
  advice: 'Ensure the collection first.',
};
const unknownDatabase: Verdict = {
  kind: ValidationError,
  code: 'vectors.unknown-database',
  advice: 'Create the database, or name another one in the address.',
};
const notAccepted: Verdict = {
  kind: ValidationError,
  code: 'vectors.not-accepted',
  advice: 'Trying again does not help.',
};
const failed: Verdict = { kind: ProcessingError, code: 'vectors.failed', advice: 'The log of the server says more.' };

const byGrpcCode = new Map<number, Verdict>([
  [grpc.CANCELLED, unavailable],
  [grpc.INVALID_ARGUMENT, notAccepted],
  [grpc.DEADLINE_EXCEEDED, timedOut],
  [grpc.PERMISSION_DENIED, refused],
  [grpc.RESOURCE_EXHAUSTED, rateLimited],
  [grpc.ABORTED, unavailable],
  [grpc.INTERNAL, unavailable],
  [grpc.UNAVAILABLE, unavailable],
  [grpc.DATA_LOSS, unavailable],
  [grpc.UNAUTHENTICATED, refused],
]);

/** First and last code of a range, by https://github.com/milvus-io/milvus/blob/master/pkg/util/merr/errors.go. */
const byCode: readonly (readonly [number, number, Verdict])[] = [
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

const byErrorCode: Readonly<Record<string, Verdict>> = {
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

/** For what is said in words only. */
const byReason: readonly (readonly [RegExp, Verdict])[] = [
  [/larger than max/i, notAccepted],
  [/database\b.*\bnot (?:found|exist)/is, unknownDatabase],
  [/not ready yet|pool is draining/i, unavailable],
];

const longestReason = 300;

/** What to do about a failure, as an error of ours. `what` names the call and the collection. */
export function milvusErrorOf(failure: MilvusFailure, what: string, cause: unknown): BatchmillError {
  const { kind: Kind, code, advice } = verdictOn(failure);
  const reason = failure.reason.slice(0, longestReason).trim();
  const found = reason === '' ? 'no reason was given' : reason;
  return new Kind(code, `${what}: ${found} (${codesOf(failure)}). ${advice}`, { cause });
}

export function isRateLimit(failure: MilvusFailure): boolean {
  return verdictOn(failure) === rateLimited;
}

function verdictOn(failure: MilvusFailure): Verdict {
  const { grpcCode, code, errorCode, reason, isRetriable } = failure;
  const said = byReason.find(([words]) => words.test(reason))?.[1];
  if (said) return said;
  if (grpcCode !== null) return byGrpcCode.get(grpcCode) ?? failed;
  const numbered = byCode.find(([first, last]) => code >= first && code <= last)?.[2];
  return numbered ?? byErrorCode[errorCode] ?? (isRetriable ? unavailable : failed);
}

function codesOf({ grpcCode, code, errorCode }: MilvusFailure): string {
  if (grpcCode !== null) return `gRPC's ${grpc[grpcCode] ?? grpcCode}`;
  return `Milvus' code ${code}${errorCode === '' ? '' : `, ${errorCode}`}`;
}

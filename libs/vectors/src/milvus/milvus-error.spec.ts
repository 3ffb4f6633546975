import { describe, expect, it } from '@jest/globals';
import { milvusErrorOf } from './milvus-error.js';
import { failureIn, failureThrown } from './milvus-failure.js';

const status = (code: number, errorCode = 'UnexpectedError', reason = 'because') => ({
  error_code: errorCode,
  code,
  reason,
  retriable: false,
});
const grpcError = (code: number, details = 'because') =>
  Object.assign(new Error(`${code}: ${details}`), { code, details });

describe('a failure of Milvus', () => {
  it.each([
    ['a returned status', failureIn(status(100))],
    ['a returned answer with a status', failureIn({ status: status(100), results: [] })],
    ['a returned status with only a name', failureIn({ error_code: 'CollectionNotExists', reason: 'because' })],
    ['a thrown status', failureThrown(status(100))],
    ['a thrown answer with a status', failureThrown({ schema: {}, status: status(100) })],
    [
      'a thrown error that quotes a status',
      failureThrown(new Error('ErrorCode: CollectionNotExists. Reason: because')),
    ],
  ])('is recognized in every shape: %s', (_, failure) => {
    expect(milvusErrorOf(failure!, 'Counting blocks', null)).toMatchObject({
      kind: 'ValidationError',
      code: 'vectors.unknown-collection',
      message: expect.stringMatching(/^Counting blocks: because \(Milvus' code/),
    });
  });

  it.each([
    ['a status', { error_code: 'Success', code: 0, reason: '' }],
    ['an answer', { status: { error_code: 'Success', code: 0, reason: '' }, data: [] }],
    ['an answer of an old server', { status: { error_code: 'Success', reason: '' } }],
  ])('success is no failure: %s', (_, answer) => {
    expect(failureIn(answer)).toBeNull();
  });

  it('a number instead of a name is a failure, unless it is 0', () => {
    expect(failureIn({ error_code: 6, reason: 'because' })).toMatchObject({ errorCode: '6' });
    expect(failureIn({ error_code: 0, reason: '' })).toBeNull();
  });

  it('a success by name that has a code is a failure', () => {
    expect(failureIn(status(65_535, 'Success'))).not.toBeNull();
  });

  it('an answer without a status, as for an unknown method, is a failure', () => {
    const failure = failureIn({});

    expect(milvusErrorOf(failure!, 'Upserting', null)).toMatchObject({ code: 'vectors.failed' });
  });

  it.each([
    ['server starting', failureIn(status(1, 'NotReadyServe')), 'ConnectionError', 'vectors.unavailable'],
    ['memory at its limit', failureIn(status(3)), 'ConnectionError', 'vectors.no-room'],
    ['disk at its limit', failureIn(status(7)), 'ConnectionError', 'vectors.no-room'],
    ['quota used up', failureIn(status(9, 'ForceDeny')), 'ConnectionError', 'vectors.no-room'],
    ['rate limit', failureIn(status(8, 'RateLimit')), 'ConnectionError', 'vectors.rate-limited'],
    ['rate limit of an old server', failureIn({ error_code: 'RateLimit' }), 'ConnectionError', 'vectors.rate-limited'],
    ['collection released', failureIn(status(101)), 'ConnectionError', 'vectors.unavailable'],
    ['collection loading', failureIn(status(103)), 'ConnectionError', 'vectors.unavailable'],
    ['channel moving', failureIn(status(503)), 'ConnectionError', 'vectors.unavailable'],
    ['node lost', failureIn(status(901)), 'ConnectionError', 'vectors.unavailable'],
    ['database missing', failureIn(status(800)), 'ValidationError', 'vectors.unknown-database'],
    [
      'database missing, in words',
      failureThrown(status(65_535, 'UnexpectedError', 'database:nope not found')),
      'ValidationError',
      'vectors.unknown-database',
    ],
    ['invalid parameter', failureIn(status(1100, 'IllegalArgument')), 'ValidationError', 'vectors.not-accepted'],
    ['user unknown', failureIn(status(1400)), 'ConnectionError', 'vectors.refused'],
    ['right missing', failureIn(status(1401, 'PermissionDenied')), 'ConnectionError', 'vectors.refused'],
    ['timeout in the server', failureIn(status(10_001)), 'TimeoutError', 'vectors.timeout'],
    ['cancelled in the server', failureIn(status(10_000)), 'ConnectionError', 'vectors.unavailable'],
    [
      'new code that is marked retriable',
      failureIn({ ...status(4_711), retriable: true }),
      'ConnectionError',
      'vectors.unavailable',
    ],
    ['new code', failureIn(status(4_711)), 'ProcessingError', 'vectors.failed'],
    ['server unavailable', failureThrown(grpcError(14)), 'ConnectionError', 'vectors.unavailable'],
    ['deadline', failureThrown(grpcError(4)), 'TimeoutError', 'vectors.timeout'],
    ['connection broken', failureThrown(grpcError(13)), 'ConnectionError', 'vectors.unavailable'],
    ['cancelled', failureThrown(grpcError(1)), 'ConnectionError', 'vectors.unavailable'],
    ['user refused', failureThrown(grpcError(16)), 'ConnectionError', 'vectors.refused'],
    ['too much at once', failureThrown(grpcError(8)), 'ConnectionError', 'vectors.rate-limited'],
    [
      'call too large',
      failureThrown(grpcError(8, 'grpc: received message larger than max (9 vs. 8)')),
      'ValidationError',
      'vectors.not-accepted',
    ],
    ['unknown to gRPC', failureThrown(grpcError(2)), 'ProcessingError', 'vectors.failed'],
    ['bug in the client', failureThrown(new TypeError('x of undefined')), 'ProcessingError', 'vectors.failed'],
    ['something that is no error', failureThrown(undefined), 'ProcessingError', 'vectors.failed'],
  ])('the kind of the error says what to do: %s', (_, failure, kind, code) => {
    expect(milvusErrorOf(failure!, 'Upserting', null)).toMatchObject({ kind, code });
  });

  it('keeps the cause, and shortens a long reason', () => {
    const cause = new Error('all of it');
    const error = milvusErrorOf(failureIn(status(5, 'UnexpectedError', 'long '.repeat(1_000)))!, 'Upserting', cause);

    expect(error.cause).toBe(cause);
    expect(error.message.length).toBeLessThan(500);
  });
});

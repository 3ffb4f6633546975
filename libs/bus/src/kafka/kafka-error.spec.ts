import { describe, expect, it } from '@jest/globals';
import {
  MultipleErrors,
  NetworkError,
  ProtocolError,
  ResponseError,
  TimeoutError,
  UserError,
} from '@platformatic/kafka';
import { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSProtocolError } from 'kafkajs';
import { closedError, kafkaError, says } from './kafka-error.js';

const said = (type: string) => Object.assign(new KafkaJSProtocolError(`about ${type}.`), { type });
const wrapped = (cause: Error) => Object.assign(new KafkaJSNonRetriableError(cause), { cause });

describe('The errors of kafkajs', () => {
  it.each([
    ['MESSAGE_TOO_LARGE', 'ProcessingError', 'bus.message-too-large'],
    ['RECORD_LIST_TOO_LARGE', 'ProcessingError', 'bus.message-too-large'],
    ['INVALID_TOPIC_EXCEPTION', 'ProcessingError', 'bus.refused'],
    ['TOPIC_AUTHORIZATION_FAILED', 'ConnectionError', 'bus.not-authorised'],
    ['GROUP_AUTHORIZATION_FAILED', 'ConnectionError', 'bus.not-authorised'],
    ['SASL_AUTHENTICATION_FAILED', 'ConnectionError', 'bus.not-authorised'],
    ['REQUEST_TIMED_OUT', 'TimeoutError', 'bus.timed-out'],
    ['NOT_LEADER_FOR_PARTITION', 'ConnectionError', 'bus.unavailable'],
    ['NOT_ENOUGH_REPLICAS', 'ConnectionError', 'bus.unavailable'],
  ])('%s is a %s with the code %s, also when it is wrapped', (type, kind, code) => {
    const expected = { kind, code, message: expect.stringContaining(`Doing it: about ${type}.`) };

    expect(kafkaError(said(type), 'Doing it')).toMatchObject(expected);
    expect(kafkaError(wrapped(wrapped(said(type))), 'Doing it')).toMatchObject(expected);
  });

  it('a lost connection is reported as unavailable, with its cause', () => {
    const cause = new KafkaJSConnectionError('Connection error: connect ECONNREFUSED');

    expect(kafkaError(cause, 'Doing it')).toMatchObject({ kind: 'ConnectionError', code: 'bus.unavailable', cause });
  });

  it('our own errors are not changed', () => {
    const error = closedError();

    expect(kafkaError(error, 'Doing it')).toBe(error);
  });
});

describe('The errors of @platformatic/kafka', () => {
  const answered = (name: string) => {
    const { apiCode } = new ProtocolError(name) as unknown as { readonly apiCode: number };
    return new ResponseError(0, 9, { '/': [apiCode, null] }, {});
  };

  it.each([
    ['MESSAGE_TOO_LARGE', 'ProcessingError', 'bus.message-too-large'],
    ['INVALID_TOPIC_EXCEPTION', 'ProcessingError', 'bus.refused'],
    ['TOPIC_AUTHORIZATION_FAILED', 'ConnectionError', 'bus.not-authorised'],
    ['SASL_AUTHENTICATION_FAILED', 'ConnectionError', 'bus.not-authorised'],
    ['REQUEST_TIMED_OUT', 'TimeoutError', 'bus.timed-out'],
    ['NOT_LEADER_OR_FOLLOWER', 'ConnectionError', 'bus.unavailable'],
  ])('%s is a %s with the code %s, also when it was tried several times', (name, kind, code) => {
    expect(kafkaError(answered(name), 'Doing it')).toMatchObject({ kind, code });
    expect(kafkaError(new MultipleErrors('failed 2 times.', [answered(name)]), 'Doing it')).toMatchObject({
      kind,
      code,
    });
  });

  it('a lost connection is reported with what the system said', () => {
    const error = new NetworkError('Connection to one:9092 failed.', { cause: new Error('connect ECONNREFUSED') });

    expect(kafkaError(new MultipleErrors('Cannot connect to any broker.', [error]), 'Doing it')).toMatchObject({
      code: 'bus.unavailable',
      message: 'Doing it: Connection to one:9092 failed: connect ECONNREFUSED.',
    });
  });

  it('what it says in words alone is known', () => {
    expect(says(new UserError('Unknown topic work.'), 'UNKNOWN_TOPIC_OR_PARTITION')).toBe(true);
    expect(kafkaError(new TimeoutError('Request timed out'), 'Doing it')).toMatchObject({ code: 'bus.timed-out' });
  });

  it('both clients have one name for an error', () => {
    expect(says(said('NOT_LEADER_FOR_PARTITION'), 'NOT_LEADER_OR_FOLLOWER')).toBe(true);
    expect(says(said('GROUP_COORDINATOR_NOT_AVAILABLE'), 'COORDINATOR_NOT_AVAILABLE')).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSProtocolError } from 'kafkajs';
import { closedError, kafkaError } from './kafka-error.js';

const said = (type: string) => Object.assign(new KafkaJSProtocolError(`about ${type}.`), { type });
const wrapped = (cause: Error) => Object.assign(new KafkaJSNonRetriableError(cause), { cause });

describe('The errors of the Kafka client', () => {
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

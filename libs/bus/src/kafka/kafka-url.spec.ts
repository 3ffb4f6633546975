import { describe, expect, it } from '@jest/globals';
import { brokersOf } from './kafka-url.js';

describe('The address of Kafka', () => {
  it.each([
    ['kafka://host:9092', ['host:9092']],
    ['kafka://host', ['host:9092']],
    ['kafka://one:9092,two.example.org:9093', ['one:9092', 'two.example.org:9093']],
    ['KAFKA://127.0.0.1:9092/', ['127.0.0.1:9092']],
    [' kafka://host:9092 ', ['host:9092']],
    ['kafka://[::1]:9092,[fe80::1]', ['[::1]:9092', '[fe80::1]:9092']],
  ])('%j names its brokers', (url, brokers) => {
    expect(brokersOf(url)).toEqual(brokers);
  });

  it.each([
    ['', 'does not begin with kafka://'],
    ['host:9092', 'does not begin with kafka://'],
    ['http://host:9092', 'does not begin with kafka://'],
    ['kafka://', 'names no broker'],
    ['kafka://one:9092,', 'names no broker'],
    ['kafka://:9092', 'has no host'],
    ['kafka://host:port', '“port” is not a port'],
    ['kafka://host:', '“” is not a port'],
    ['kafka://host:0', '“0” is not a port'],
    ['kafka://host:65536', '“65536” is not a port'],
    ['kafka://my host:9092', '“my host” is not a host name'],
    ['kafka://host:9092/topic', 'something follows the brokers'],
    ['kafka://host:9092?tls=true', 'something follows the brokers'],
  ])('%j is refused: %s', (url, found) => {
    expect(() => brokersOf(url)).toThrow(
      expect.objectContaining({
        kind: 'ValidationError',
        code: 'bus.bad-url',
        message: expect.stringMatching(new RegExp(`${found}.*expected kafka://host:9092`)),
      }),
    );
  });

  it('a password in it is refused, and not printed', () => {
    const refused = expect.objectContaining({
      code: 'bus.bad-url',
      message: expect.not.stringMatching(/secret|alice/),
    });

    expect(() => brokersOf('kafka://alice:secret@host:9092')).toThrow(refused);
    expect(() => brokersOf('kafka://host:9092,alice:secret@host:9092')).toThrow(refused);
  });
});

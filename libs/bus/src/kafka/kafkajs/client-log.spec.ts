import { describe, expect, it } from '@jest/globals';
import { logLevel, type LogEntry } from 'kafkajs';
import { logThrough } from './client-log.js';
import { LogLines } from '../log-lines.contract.js';

function entry(level: logLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): LogEntry {
  return { namespace: 'Consumer', level, label: '', log: { timestamp: '', message, ...fields } };
}

describe('The log of the Kafka client', () => {
  it('errors are logged as warnings, the same one once a minute; everything else is logged at debug', () => {
    const log = new LogLines();
    let now = 0;
    const say = logThrough(log, () => now)(logLevel.INFO);
    say(entry(logLevel.ERROR, 'Connection error'));
    now = 59_999;
    say(entry(logLevel.ERROR, 'Connection error'));
    say(entry(logLevel.ERROR, 'Crash'));
    now = 60_000;
    say(entry(logLevel.ERROR, 'Connection error'));
    say(entry(logLevel.WARN, 'odd'));
    say(entry(logLevel.INFO, 'Stopped'));

    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn kafka client: Connection error',
      'debug kafka client: Connection error',
      'warn kafka client: Crash',
      'warn kafka client: Connection error',
      'debug kafka client: odd',
      'debug kafka client: Stopped',
    ]);
  });

  it('the messages of a normal rebalance and single failed responses are no warnings', () => {
    const log = new LogLines();
    const error = 'The group is rebalancing, so a rejoin is needed';
    logThrough(log)(logLevel.INFO)(entry(logLevel.ERROR, 'The member is out', { error }));
    logThrough(log)(logLevel.INFO)(entry(logLevel.ERROR, 'Response Fetch(key: 1, version: 11)'));

    expect(log.of('warn')).toEqual([]);
  });

  it('only known fields are logged, and of an error its message', () => {
    const log = new LogLines();
    const fields = { groupId: 'g', topic: 't', partition: 1, error: new Error('no'), stack: 'x', payload: 'secret' };
    logThrough(log)(logLevel.INFO)(entry(logLevel.INFO, 'said', fields));

    expect(log.lines[0]?.fields).toEqual({
      operation: 'bus Consumer',
      groupId: 'g',
      topic: 't',
      partition: 1,
      error: 'no',
    });
  });
});

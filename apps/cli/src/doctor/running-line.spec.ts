import { describe, expect, it } from '@jest/globals';
import { eventually } from '@batchmill/testing';
import { PassThrough } from 'node:stream';
import { RunningLine } from './running-line.js';

/** A terminal that keeps what is written. */
function terminal(isTTY: boolean) {
  let written = '';
  const stream = new PassThrough().on('data', (chunk: Buffer) => (written += chunk.toString()));
  return { stream: Object.assign(stream, { isTTY, columns: 40 }), written: () => written };
}

describe('the line of running checks', () => {
  it('Y5: on a terminal it names what takes long, within its width, and is removed at the end', async () => {
    const { stream, written } = terminal(true);
    const line = new RunningLine(stream);
    line.titles = ['state in mongodb://host/state', 'bus at kafka://host:9092'];

    await eventually('it is shown', () => written().includes('trying: state in mongodb://host/state'));
    line.end();

    await eventually('it is removed', () => written().endsWith('\r\u001b[K'));
    expect(written().split('\r')[0]).toHaveLength(39);
  });

  it('elsewhere nothing is shown', async () => {
    const { stream, written } = terminal(false);
    const line = new RunningLine(stream);
    line.titles = ['state'];
    line.end();

    expect(written()).toBe('');
  });
});

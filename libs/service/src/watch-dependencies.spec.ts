import { describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import { Readiness } from '@batchmill/stage';
import { MemoryLog } from '@batchmill/telemetry';
import { eventually, ShiftedClock } from '@batchmill/testing';
import { watchDependencies } from './watch-dependencies.js';

describe('looking after dependencies', () => {
  it('S4: one that nobody needs just now is said to be away, once, and to be back', async () => {
    const clock = new ShiftedClock();
    const [log, readiness] = [new MemoryLog(), new Readiness(clock)];
    readiness.started();
    let isAway = true;
    let looks = 0;
    const bus = {
      check: async () => {
        looks += 1;
        if (isAway) throw new ConnectionError('bus.unavailable', 'the bus is away');
      },
    };
    const hasty = { clock: Object.assign(clock, { sleep: hastySleep }), log, readiness };
    const stop = watchDependencies({ bus }, hasty);

    await eventually('several looks', () => looks > 2);
    expect(readiness.outages).toMatchObject([{ dependency: 'bus', message: 'the bus is away' }]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    isAway = false;
    await eventually('it is back', () => readiness.isReady);

    await stop();
    const before = looks;
    await hastySleep();
    expect(looks).toBe(before);
  });
});

/** A turn of the event loop, whatever was asked for. */
function hastySleep(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

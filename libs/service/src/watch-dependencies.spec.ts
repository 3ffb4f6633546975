import { describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import { Readiness } from '@batchmill/stage';
import { MemoryLog } from '@batchmill/telemetry';
import { eventually, ShiftedClock } from '@batchmill/testing';
import { watchDependencies } from './watch-dependencies.js';

describe('watching dependencies', () => {
  it('S4: an outage of a dependency that no work uses is reported once, and so is its end', async () => {
    const clock = new ShiftedClock();
    const [log, readiness] = [new MemoryLog(), new Readiness(clock)];
    readiness.started();
    let isUnavailable = true;
    let checks = 0;
    const bus = {
      check: async () => {
        checks += 1;
        if (isUnavailable) throw new ConnectionError('bus.unavailable', 'the bus is unavailable');
      },
    };
    const context = { clock: Object.assign(clock, { sleep: shortSleep }), log, readiness };
    const stop = watchDependencies({ bus }, context);

    await eventually('several checks', () => checks > 2);
    expect(readiness.outages).toMatchObject([{ dependency: 'bus', message: 'the bus is unavailable' }]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    isUnavailable = false;
    await eventually('the end of the outage', () => readiness.isReady);

    await stop();
    const before = checks;
    await shortSleep();
    expect(checks).toBe(before);
  });

  it('Y5: a check without an answer is reported with the reason that an earlier one gave', async () => {
    const clock = new ShiftedClock();
    const [log, readiness] = [new MemoryLog(), new Readiness(clock)];
    readiness.started();
    const refused = new ConnectionError('vectors.unavailable', 'connect ECONNREFUSED 127.0.0.1:19530');
    const checks = [Promise.reject(refused)];
    checks[0]!.catch(() => undefined);
    const vectors = { check: () => checks.shift() ?? new Promise<never>(() => undefined) };
    const context = { clock: Object.assign(clock, { sleep: shortSleep }), log, readiness, timeoutMs: 1 };
    const stop = watchDependencies({ vectors }, context);

    const isLate = () => readiness.outages.some(({ message }) => message.startsWith('no answer within'));
    await eventually('a check without an answer', isLate);
    expect(readiness.outages).toMatchObject([
      { dependency: 'vectors', message: expect.stringContaining('connect ECONNREFUSED 127.0.0.1:19530') },
    ]);
    await stop();
  });
});

/** One turn of the event loop, whatever time is requested. */
function shortSleep(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';
import { startSimulator } from '../start-simulator.js';
import { TestClient } from '../testing/test-client.js';
import { SimulatedClock } from './simulated-clock.js';

interface ClockView {
  readonly nowSeconds: number;
  readonly speed: number;
}

describe('the simulated clock', () => {
  it('stands still at speed 0, until it is advanced', () => {
    const clock = new SimulatedClock(1_000_000, 0);

    clock.advance(86_400);

    expect(clock.nowMs()).toBe(1_000_000 + 86_400_000);
    expect(clock.realMsUntil(clock.nowMs() + 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps its time when the speed changes, and notifies listeners', () => {
    const clock = new SimulatedClock(0, 0);
    let changes = 0;
    clock.onChange(() => (changes += 1));
    clock.advance(10);

    clock.setSpeed(1_000_000);

    expect(clock.nowMs()).toBeGreaterThanOrEqual(10_000);
    expect(changes).toBe(2);
  });

  it('24 hours pass quickly at a high speed', async () => {
    await withSimulator({ speed: 86_400 * 100 }, async (client) => {
      const start = await client.get<ClockView>('/admin/clock');

      const later = await until(async () => {
        const now = await client.get<ClockView>('/admin/clock');
        return now.nowSeconds - start.nowSeconds > 86_400 ? now : undefined;
      }, 'a day to pass');

      expect(later.speed).toBe(86_400 * 100);
    });
  });

  it('never goes back across a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'clock-'));
    try {
      const first = await startSimulator({ dataDir, speed: 1_000 });
      const client = new TestClient(first.url);
      await client.advance(1_000_000);
      const before = await client.get<ClockView>('/admin/clock');
      await first.close();

      const second = await startSimulator({ dataDir, speed: 1 });
      const after = await new TestClient(second.url).get<ClockView>('/admin/clock');
      await second.close();

      expect(after.nowSeconds).toBeGreaterThanOrEqual(before.nowSeconds);
      expect(after.nowSeconds - before.nowSeconds).toBeLessThan(900_000);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('a request without a number is refused and says what was expected', async () => {
    await withSimulator({}, async (client) => {
      const refusal = await client.refusal(client.send('POST', '/admin/clock', { advanceSeconds: -1 }));

      expect(refusal).toMatchObject({ status: 400, code: 'simulator.bad-clock' });
      expect(refusal.message).toMatch(/advanceSeconds is -1; expected a number of at least 0/);
    });
  });
});

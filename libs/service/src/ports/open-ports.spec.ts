import { describe, expect, it } from '@jest/globals';
import { RandomIds, SystemClock } from '@batchmill/contracts';
import { startSimulator } from '@batchmill/simulator';
import { MemoryLog } from '@batchmill/telemetry';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closePorts } from '../engine.js';
import { readSettings } from '../settings/index.js';
import { openPorts } from './open-ports.js';

describe('opening the ports', () => {
  it('X4: processes of one home share the rate limit of the settings', async () => {
    const home = await mkdtemp(join(tmpdir(), 'batchmill-ports-'));
    const simulator = await startSimulator({ dataDir: join(home, 'simulator') });
    const env = { BATCHMILL_HOME: home, OPENAI_REQUESTS_PER_MINUTE: '1' };
    const open = (name: string) =>
      openPorts(readSettings({ env, cwd: home }), {
        providerUrl: async () => `${simulator.url}/v1`,
        clock: new SystemClock(),
        ids: new RandomIds(),
        log: new MemoryLog(),
        name,
      });
    const one = await open('one');
    const other = await open('other');

    await one.provider.check();

    await expect(other.provider.check()).rejects.toMatchObject({
      code: 'provider.rate-limited',
      message: expect.stringMatching(/the rate limit is 1 requests and 1000000 tokens a minute/),
    });
    await closePorts(one);
    await closePorts(other);
    await simulator.close();
    await rm(home, { recursive: true, force: true });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartupHealth } from './startup-health.js';

describe('the health of a service that waits for its servers', () => {
  let taken: Server | null = null;
  afterEach(() => void taken?.close());

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  it('S4: is live and not ready, reports what it waits for, and frees its port for the service', async () => {
    const port = await freePort();
    const health = await StartupHealth.listen(port, '127.0.0.1');
    health.report('The store does not answer');

    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'not ready',
      outages: [{ dependency: 'start', message: 'The store does not answer', since: expect.any(String) }],
    });
    await health.close();
    await health.close();

    taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
  });

  it('C6: a port in use stops the start with the name of its setting', async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;

    await expect(StartupHealth.listen(port, '127.0.0.1')).rejects.toMatchObject({
      code: 'settings.port-in-use',
      message: expect.stringContaining(`PORT: ${port} is in use`),
    });
  });
});

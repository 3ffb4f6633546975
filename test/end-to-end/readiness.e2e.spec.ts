import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, ServiceProcess } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fast } from '../pipelines/example.js';

/** Nobody listens on these ports. */
const away = {
  BATCHMILL_VECTORS: 'milvus://127.0.0.1:1',
  BATCHMILL_BLOBS: 'gridfs:mongodb://127.0.0.1:2/blobs',
};

interface Health {
  readonly outages: readonly { readonly dependency: string; readonly message: string }[];
}

describe('the readiness of a service', () => {
  let home: string;
  let service: ServiceProcess | null = null;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-readiness-'));
  });
  afterEach(async () => {
    await service?.end('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  const outagesOf = async (): Promise<Map<string, string>> => {
    const { outages } = JSON.parse((await service!.ask('/health/ready')).text) as Health;
    return new Map(outages.map(({ dependency, message }) => [dependency, message]));
  };

  it('Y5: names blobs and vectors that nobody serves, with the reason, when its stages use them', async () => {
    service = await ServiceProcess.start('result-ingester', { ...fast, ...away, BATCHMILL_HOME: home });

    const outages = await eventually('both outages', async () => {
      const found = await outagesOf();
      return found.has('blobs') && found.has('vectors') && found;
    });
    expect(outages.get('vectors')).toContain('ECONNREFUSED');
    expect(outages.get('blobs')).toContain('ECONNREFUSED');
    expect((await service.ask('/health/ready')).status).toBe(503);
  });

  it('Y5: does not depend on what its stages do not use', async () => {
    service = await ServiceProcess.start('notifier', { ...fast, ...away, BATCHMILL_HOME: home });

    await eventually('it is ready', async () => (await service!.ask('/health/ready')).status === 200);
    expect(await outagesOf()).toEqual(new Map());
  });
});

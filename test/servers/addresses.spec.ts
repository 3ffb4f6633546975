import { describe, expect, it } from '@jest/globals';
import { serverAddresses } from '@batchmill/testing';
import { Server, serverNames } from './server.js';

describe('the servers of npm run servers:up', () => {
  // Those who move the servers or the tests elsewhere have said so.
  const isMoved = Object.keys(process.env).some((name) => /^TEST_|^SERVERS_PORT|_PORT$/.test(name));
  const usual = isMoved ? it.skip : it;

  usual('are where the tests look for them', async () => {
    const all = await Promise.all(serverNames.map((name) => new Server(name).status()));

    expect(all.flatMap(({ addresses }) => addresses).sort()).toEqual(Object.values(serverAddresses).sort());
  });

  it('a server that the tests do not use is neither stopped nor frozen by them', async () => {
    const elsewhere = new Server('kafka', { at: 'kafka://10.0.0.1:9092' });

    for (const verb of ['stop', 'kill', 'freeze', 'thaw', 'start'] as const) {
      await expect(elsewhere[verb]()).rejects.toThrow('kafka: the tests use kafka://10.0.0.1:9092, which is not');
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { serverAddresses } from '@batchmill/testing';
import { Server, serverNames } from './server.js';

describe('the servers of npm run servers:up', () => {
  // A variable of the environment moves the servers or the tests to other addresses.
  const isMoved = Object.keys(process.env).some((name) => /^TEST_|^SERVERS_PORT|_PORT$/.test(name));
  const unlessMoved = isMoved ? it.skip : it;

  unlessMoved('have the addresses that the tests use', async () => {
    const all = await Promise.all(serverNames.map((name) => new Server(name).status()));

    expect(all.flatMap(({ addresses }) => addresses).sort()).toEqual(Object.values(serverAddresses).sort());
  });

  it('a test never stops or freezes a server that it does not use', async () => {
    const elsewhere = new Server('kafka', { at: 'kafka://10.0.0.1:9092' });

    for (const verb of ['stop', 'kill', 'freeze', 'thaw', 'start'] as const) {
      await expect(elsewhere[verb]()).rejects.toThrow('kafka: the tests use kafka://10.0.0.1:9092, which is not');
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { checkPublicName, isPublicAddress, lookupPublic, type Resolve } from './public-address.js';

type Callback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** The addresses to which a connection is made, for a name with `addresses`. */
async function lookedUp(addresses: readonly string[], { all = true, allowsPrivate = false } = {}): Promise<unknown> {
  const names: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const resolve = ((_: string, __: LookupAllOptions, callback: Callback) =>
    callback(null, names)) as unknown as Resolve;
  return new Promise((done) => {
    lookupPublic(allowsPrivate, resolve)('hooks.example.org', { all }, (error, result) => {
      done(error === null ? result : { refused: (error as { code?: string }).code });
    });
  });
}

describe('lookupPublic', () => {
  it('N1: a name with private addresses only is refused', async () => {
    expect(await lookedUp(['10.0.0.1', '::1'])).toEqual({ refused: 'webhook.private-address' });
    expect(await lookedUp(['10.0.0.1'], { all: false })).toEqual({ refused: 'webhook.private-address' });
  });

  it('N1: of public and private addresses only the public ones are connected to', async () => {
    expect(await lookedUp(['10.0.0.1', '8.8.8.8', '169.254.169.254'])).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await lookedUp(['10.0.0.1', '8.8.8.8'], { all: false })).toBe('8.8.8.8');
  });

  it('N1: where private addresses are allowed, all are connected to', async () => {
    expect(await lookedUp(['10.0.0.1', '8.8.8.8'], { allowsPrivate: true })).toHaveLength(2);
  });
});

describe('checkPublicName, for a webhook behind a proxy', () => {
  const lookupOf = (error: NodeJS.ErrnoException | null, ...names: LookupAddress[]) =>
    lookupPublic(false, ((_: string, __: LookupAllOptions, callback: Callback) =>
      callback(error, names)) as unknown as Resolve);

  it('N1: a name that has only private addresses here is refused', async () => {
    const checked = checkPublicName('intranet.example.org', lookupOf(null, { address: '10.0.0.1', family: 4 }));

    await expect(checked).rejects.toMatchObject({ code: 'webhook.private-address' });
  });

  it('N1: a name that has no address here is left to the proxy', async () => {
    await expect(checkPublicName('hooks.example.org', lookupOf(new Error('ENOTFOUND')))).resolves.toBeUndefined();
  });
});

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])('N1: %s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.8.9.10'],
    ['loopback', '::1'],
    ['loopback mapped to IPv6', '::ffff:127.0.0.1'],
    ['loopback behind NAT64', '64:ff9b::7f00:1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['private', 'fd00::1'],
    ['link-local, the metadata service of clouds', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%eth0'],
    ['shared by carriers', '100.64.0.1'],
    ['this host', '0.0.0.0'],
    ['unspecified', '::'],
    ['broadcast', '255.255.255.255'],
    ['multicast', '224.0.0.1'],
    ['6to4 to loopback', '2002:7f00:1::'],
    ['a name', 'localhost'],
  ])('N1: %s, %s, is not public', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { lookupPublic, type Resolve } from './lookup-public.js';

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** What a lookup for a connection gives for a name with these addresses. */
async function lookedUp(addresses: readonly string[], { all = true, allowsPrivate = false } = {}): Promise<unknown> {
  const names: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const resolve = ((_: string, __: LookupAllOptions, found: Found) => found(null, names)) as unknown as Resolve;
  return new Promise((done) => {
    lookupPublic(allowsPrivate, resolve)('hooks.example.org', { all }, (error, found) => {
      done(error === null ? found : { refused: (error as { code?: string }).code });
    });
  });
}

describe('the lookup of a webhook', () => {
  it('N1: a name that resolves to private addresses alone is refused', async () => {
    expect(await lookedUp(['10.0.0.1', '::1'])).toEqual({ refused: 'webhook.private-address' });
    expect(await lookedUp(['10.0.0.1'], { all: false })).toEqual({ refused: 'webhook.private-address' });
  });

  it('N1: of a name with public and private addresses only the public ones are connected to', async () => {
    expect(await lookedUp(['10.0.0.1', '8.8.8.8', '169.254.169.254'])).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await lookedUp(['10.0.0.1', '8.8.8.8'], { all: false })).toBe('8.8.8.8');
  });

  it('N1: where private addresses are allowed all are connected to', async () => {
    expect(await lookedUp(['10.0.0.1', '8.8.8.8'], { allowsPrivate: true })).toHaveLength(2);
  });
});

import { describe, expect, it } from '@jest/globals';
import { isPublicAddress } from './is-public-address.js';

describe('an address of a webhook', () => {
  it.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])('N1: %s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.8.9.10'],
    ['loopback', '::1'],
    ['loopback in IPv6 clothes', '::ffff:127.0.0.1'],
    ['loopback behind NAT64', '64:ff9b::7f00:1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['private', 'fd00::1'],
    ['link-local, where clouds keep their secrets', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%eth0'],
    ['shared by carriers', '100.64.0.1'],
    ['this very host', '0.0.0.0'],
    ['unspecified', '::'],
    ['broadcast', '255.255.255.255'],
    ['multicast', '224.0.0.1'],
    ['6to4 to loopback', '2002:7f00:1::'],
    ['no address', 'localhost'],
  ])('N1: %s, %s, is not public', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

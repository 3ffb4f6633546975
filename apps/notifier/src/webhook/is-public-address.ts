import ipaddr from 'ipaddr.js';

/** False for what is private, loopback, link-local, reserved or in any other way not of the open internet. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  // NAT64: the last four bytes are the address that is meant.
  if (range === 'rfc6052') return isPublicAddress(parsed.toByteArray().slice(-4).join('.'));
  return range === 'unicast';
}

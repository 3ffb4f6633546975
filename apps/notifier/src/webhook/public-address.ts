import { ConnectionError, ProcessingError } from '@batchmill/contracts';
import ipaddr from 'ipaddr.js';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** True for addresses of the open internet: not private, loopback, link-local or reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  // NAT64: the last four bytes are the IPv4 address.
  if (range === 'rfc6052') return isPublicAddress(parsed.toByteArray().slice(-4).join('.'));
  return range === 'unicast';
}

/** Resolves a host name to addresses. */
export type Resolve = typeof systemLookup;

/**
 * The lookup of a connection. It returns public addresses only, unless private ones are allowed. The connection is made to
 * the addresses that it returns, so a name cannot pass the check with one address and be connected to at another.
 */
export function lookupPublic(allowsPrivate: boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(
          new ConnectionError('webhook.unknown-host', 'the host name of the webhook has no address', { cause: error }),
          [],
        );
        return;
      }
      const allowed = addresses.filter(({ address }) => allowsPrivate || isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) callback(privateAddress(), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Rejects when the name has only private addresses here. A name that is unknown here passes. */
export async function checkPublicName(hostname: string, lookup: LookupFunction): Promise<void> {
  return new Promise((resolve, reject) => {
    lookup(hostname, {}, (error) => {
      if (error instanceof ProcessingError) reject(error);
      else resolve();
    });
  });
}

function privateAddress(): ProcessingError {
  return new ProcessingError(
    'webhook.private-address',
    'the webhook is at a private, loopback or link-local address; set NOTIFICATION_ALLOW_PRIVATE=true to allow it',
  );
}

import { ConnectionError, ProcessingError } from '@batchmill/contracts';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './is-public-address.js';

/** Which addresses a name has. */
export type Resolve = typeof systemLookup;

/**
 * A lookup for a connection: the addresses that it gives are those that are connected to, so that a name cannot be
 * judged by one address and reached at another. Only public ones are given, unless private ones are allowed.
 */
export function lookupPublic(allowsPrivate: boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(
          new ConnectionError('webhook.unknown-host', 'the name of the webhook’s host has no address', {
            cause: error,
          }),
          [],
        );
        return;
      }
      const usable = found.filter(({ address }) => allowsPrivate || isPublicAddress(address));
      const [first] = usable;
      if (first === undefined) callback(privateAddress(), []);
      else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}

export function privateAddress(): ProcessingError {
  return new ProcessingError(
    'webhook.private-address',
    'the webhook is at a private, loopback or link-local address; NOTIFICATION_ALLOW_PRIVATE=true allows that',
  );
}

import { createHash } from 'node:crypto';
import type { AccountInfo } from '../account-info.js';

interface Identity {
  /** The URL of the server, or a name for one whose URL changes. */
  readonly address: string;
  readonly organization: string | null;
  readonly project: string | null;
}

/**
 * A name for the account, for its limits: a hash of server, organization and project. The key is no part of it, so that a
 * key that was replaced keeps what was learned of its account. Another key of another account, without organization and
 * project in the settings, takes over the learned limits; they are valid for a day at most.
 */
export function accountOf({ address, organization, project }: Identity): string {
  return hashOf(['batchmill account', address.replace(/\/+$/, ''), organization, project]).slice(0, 16);
}

/** The account before any response. */
export function accountInfoOf({ address, apiKey, organization, project }: Identity & { apiKey: string }): AccountInfo {
  const url = URL.parse(address);
  return {
    address: (url === null ? address : `${url.origin}${url.pathname}`).replace(/\/+$/, ''),
    keyFingerprint: hashOf(['batchmill key', apiKey]).slice(0, 8),
    organization,
    project,
    reportedOrganization: null,
    reportedProject: null,
  };
}

/** The account after a response. A header that a response lacks changes nothing. */
export function withReported(account: AccountInfo, headers: { get(name: string): string | null }): AccountInfo {
  return {
    ...account,
    reportedOrganization: headers.get('openai-organization') ?? account.reportedOrganization,
    reportedProject: headers.get('openai-project') ?? account.reportedProject,
  };
}

function hashOf(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

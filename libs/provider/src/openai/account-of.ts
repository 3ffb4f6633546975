import { createHash } from 'node:crypto';

/** A name for the account, for its limits: a hash of server, key, organization and project, from which the key cannot be read. */
export function accountOf(identity: {
  baseUrl: string;
  apiKey: string;
  organization: string | null;
  project: string | null;
}): string {
  const { baseUrl, apiKey, organization, project } = identity;
  const text = JSON.stringify(['batchmill account', baseUrl.replace(/\/+$/, ''), apiKey, organization, project]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

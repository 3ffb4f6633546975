import { createHash } from 'node:crypto';

/** Names whose limits these are: the same for the same server and key, and nothing of the key can be read from it. */
export function accountOf(identity: {
  baseUrl: string;
  apiKey: string;
  organization: string | null;
  project: string | null;
}): string {
  const { baseUrl, apiKey, organization, project } = identity;
  const told = JSON.stringify(['batchmill account', baseUrl.replace(/\/+$/, ''), apiKey, organization, project]);
  return createHash('sha256').update(told).digest('hex').slice(0, 16);
}

/**
 * A key `sk-org-NAME-…` belongs to the account NAME, and every other key to one account without a name. Files and batches
 * are shown only to the account that made them. Responses to the key of a named account name its organization and project,
 * as OpenAI's do; the others name none, as those of many compatible servers.
 */
export function accountOfKey(key: string): string {
  return /^sk-org-([a-z0-9]+)-/.exec(key)?.[1] ?? noName;
}

/** The account of all keys without a named one. */
export const noName = '';

/** The headers that name an account; none for the account without a name. */
export function accountHeaders(account: string): Readonly<Record<string, string>> {
  if (account === noName) return {};
  return { 'openai-organization': `org-${account}`, 'openai-project': `proj-${account}` };
}

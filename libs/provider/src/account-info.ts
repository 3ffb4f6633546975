/** The account for which calls are made, as records keep it. It never contains the key. */
export interface AccountInfo {
  /** The server, without a login or a query. */
  readonly address: string;
  /** The beginning of a hash of the key: it shows whether the key has changed. */
  readonly keyFingerprint: string;
  /** As the settings name them; null: not set. */
  readonly organization: string | null;
  readonly project: string | null;
  /** As the provider's responses name them; null: they did not, or there was no response yet. */
  readonly reportedOrganization: string | null;
  readonly reportedProject: string | null;
}

/**
 * True when both are the same account for certain. False when that is not certain: then the provider must be asked
 * for something that the former account made. Null stands for a record that was stored without its account.
 */
export function isSameAccount(former: AccountInfo | null | undefined, now: AccountInfo): boolean {
  if (former == null) return true;
  if (former.address !== now.address) return false;
  const isSameKey = former.keyFingerprint === now.keyFingerprint;
  if (isSameKey && former.organization === now.organization && former.project === now.project) return true;
  return (
    former.reportedOrganization !== null &&
    former.reportedProject !== null &&
    former.reportedOrganization === now.reportedOrganization &&
    former.reportedProject === now.reportedProject
  );
}

/** For messages: `organization org-a, project p, key 1a2b3c4d, at https://api.openai.com/v1`. */
export function describeAccount(account: AccountInfo): string {
  const organization = account.organization ?? account.reportedOrganization;
  const project = account.project ?? account.reportedProject;
  return [
    ...(organization === null ? [] : [`organization ${organization}`]),
    ...(project === null ? [] : [`project ${project}`]),
    `key ${account.keyFingerprint}`,
    `at ${account.address}`,
  ].join(', ');
}

import type { Member } from '@batchmill/records';

export interface Alike extends Omit<Member, 'id'> {
  readonly ids: readonly unknown[];
}

/** Members by what their mark expects and asks, each group in its members' order. */
export function membersToMarkAlike(members: Iterable<Member>): Alike[] {
  const groups = new Map<string, Omit<Member, 'id'> & { ids: unknown[] }>();
  for (const { id, previousClaimId, functions, restart, retryFailed = false } of members) {
    const key = JSON.stringify([previousClaimId, functions, restart, retryFailed]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { previousClaimId, functions, restart, retryFailed, ids: [id] });
    else group.ids.push(id);
  }
  return [...groups.values()];
}

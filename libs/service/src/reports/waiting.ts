import { describeHold, type Batch, type WorkRecord } from '@batchmill/records';
import type { Readiness } from '@batchmill/stage';

/** What work waits for, since when and why, and what mends it. */
export interface Waiting {
  readonly since: string;
  /** In the words of the dependency: `ECONNREFUSED`, `the provider refuses the account (401 …)`. */
  readonly message: string;
}

/** Null: the record does not wait for anything that went wrong, or it waits for a person. */
export function waitingOf(record: WorkRecord & Partial<Pick<Batch, 'held' | 'otherAccount'>>): Waiting | null {
  const { parked, error, held = null, otherAccount = null } = record;
  if (parked) return null;
  if (otherAccount !== null) {
    return { since: otherAccount.since.toISOString(), message: describeHold(record, otherAccount) };
  }
  if (error !== null) return { since: error.at.toISOString(), message: error.message };
  if (held === null) return null;
  if (held.about === 'limit') return { since: held.since.toISOString(), message: held.message };
  const code = held.code === null ? '' : `${held.code}: `;
  return {
    since: held.since.toISOString(),
    message: `the provider refuses ${refused[held.about]}: ${code}${held.message}`,
  };
}

const refused: Readonly<Record<Exclude<NonNullable<Batch['held']>['about'], 'limit'>, string>> = {
  moment: 'for now',
  queue: 'because its queue is full',
  account: 'the account',
};

/** What a process waits for by its own readiness: the outage that began first. */
export function waitingFor({ outages }: Readiness): Waiting | null {
  return outages.reduce<Waiting | null>(
    (first, { since, message }) => earlier(first, { since: since.toISOString(), message }),
    null,
  );
}

export function earlier(one: Waiting | null, other: Waiting | null): Waiting | null {
  if (one === null || other === null) return one ?? other;
  return one.since <= other.since ? one : other;
}

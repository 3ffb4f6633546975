import type { Clock } from '@batchmill/contracts';
import type { NeededRight, Store } from '@batchmill/store';
import { clockFinding } from './clock-skew.js';
import { failed, ok, skipped, type Finding } from './finding.js';

/** https://www.mongodb.com/docs/drivers/compatibility: what the driver and the adapter are made for. */
const leastVersion = [4, 4] as const;

interface Needs {
  /** What is in it: `state`. */
  readonly what: string;
  readonly setting: string;
  readonly rights: readonly NeededRight[];
  readonly clock: Clock;
}

/** Whether a database answers, takes the login, gives the rights, and agrees on the time. Rejects when it does not answer. */
export async function storeFindings(store: Store, { what, setting, rights, clock }: Needs): Promise<Finding[]> {
  await store.check();
  const sentAt = clock.now();
  const { name, version, time } = await store.describeServer();
  const answeredAt = clock.now();
  if (version === null && time === null) return [ok(`${what} in ${name}`)];
  const missing = await store.missingRights(rights);
  const text = `${what} in ${name}`;
  return [
    versionFinding(text, version, setting),
    missing === null
      ? skipped(`rights of the user for the ${what}`, 'MongoDB tells of no users, as one without access control')
      : rightsFinding(missing, { what, setting }),
    ...(time === null
      ? []
      : [clockFinding({ of: `MongoDB of the ${what}`, theirs: time, unitMs: 1, sentAt, answeredAt })]),
  ];
}

function versionFinding(text: string, version: string | null, setting: string): Finding {
  if (version === null) return ok(`${text}: answers`);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1]);
  if (!isOld) return ok(`${text}: MongoDB ${version}`);
  return failed(`${text}: MongoDB ${version}`, {
    reason: `found ${version}, expected ${leastVersion.join('.')} or newer`,
    remedy: `update MongoDB, or name another server in ${setting}`,
  });
}

function rightsFinding(missing: readonly NeededRight[], { what, setting }: Pick<Needs, 'what' | 'setting'>): Finding {
  const text = `rights of the user for the ${what}`;
  if (missing.length === 0) return ok(text);
  const lacking = missing.map(({ right, collection }) => `${right} in ${collection ?? 'every collection'}`);
  return failed(text, {
    reason: `the user of ${setting} lacks: ${lacking.join(', ')}`,
    remedy: `in mongosh: db.grantRolesToUser("USER", [{ role: "readWrite", db: "DATABASE" }]), or name another user in ${setting}`,
  });
}

import type { Manifest } from './manifest-of.ts';

interface Lock {
  readonly packages: Readonly<Record<string, unknown>>;
}

type Entry = readonly [string, unknown];

/** Adds a workspace to the text of a lock file, as npm does: `npm ci` refuses a workspace that is not in the lock file. */
export function addToLock(text: string, folder: string, { name, version, license, dependencies }: Manifest): string {
  const lock = JSON.parse(text) as Lock;
  const workspace = [folder, { name, version, license, dependencies }] as const;
  const link = [`node_modules/${name}`, { resolved: folder, link: true }] as const;
  const packages = withEntry(withEntry(Object.entries(lock.packages), workspace), link);
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

/** Keeps the entries in the order of their paths. */
function withEntry(entries: readonly Entry[], entry: Entry): Entry[] {
  const next = entries.findIndex(([path]) => path > entry[0]);
  return next < 0 ? [...entries, entry] : entries.toSpliced(next, 0, entry);
}

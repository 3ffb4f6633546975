import { mkdtempSync, readdirSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const memory = '/dev/shm';
const prefix = 'batchmill-tests-';
const dayMs = 24 * 60 * 60 * 1000;
const wantedBytes = { room: 2e9, free: 4e9 };

/**
 * Jest's global set-up. Tests create their folders in the system's temporary folder. The embedded stores wait for the disk
 * after every transaction, which takes half of a test's time and tests nothing. So the temporary folder is in memory where
 * there is enough; otherwise it stays the system's.
 */
export default function openTestFolder() {
  if (!isRoomy()) return;
  removeLeftovers();
  const folder = mkdtempSync(join(memory, prefix));
  process.env.TMPDIR = folder; // the workers inherit it
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function isRoomy() {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= wantedBytes.room && process.availableMemory() >= wantedBytes.free;
  } catch {
    return false; // this machine has no such folder
  }
}

/** Removes the folders of killed test runs. */
function removeLeftovers() {
  for (const name of readdirSync(memory).filter((each) => each.startsWith(prefix))) {
    const folder = join(memory, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
    if (mtimeMs < Date.now() - dayMs) rmSync(folder, { recursive: true, force: true });
  }
}

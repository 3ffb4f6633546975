import { mkdtempSync, readdirSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const memory = '/dev/shm';
const prefix = 'batchmill-tests-';
const dayMs = 24 * 60 * 60 * 1000;
const wantedBytes = { room: 2e9, free: 4e9 };

/**
 * Jest's global set-up. Tests make their folders in the system's folder for temporary files. The embedded stores wait for
 * the disk after every transaction, which takes half of a test's time and shows nothing. So that folder is one in memory
 * where there is enough; elsewhere it stays as it is.
 */
export default function openTestFolder() {
  if (!isRoomy()) return;
  removeLeftovers();
  const folder = mkdtempSync(join(memory, prefix));
  process.env.TMPDIR = folder; // the workers are started after this
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function isRoomy() {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= wantedBytes.room && process.availableMemory() >= wantedBytes.free;
  } catch {
    return false; // there is no such folder
  }
}

/** A run that was killed removes nothing. */
function removeLeftovers() {
  for (const name of readdirSync(memory).filter((each) => each.startsWith(prefix))) {
    const folder = join(memory, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
    if (mtimeMs < Date.now() - dayMs) rmSync(folder, { recursive: true, force: true });
  }
}

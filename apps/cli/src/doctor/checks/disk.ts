import { checkHome, providerProfileOf, type Settings } from '@batchmill/service';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Check, CheckContext } from '../check.js';
import { failed, ok, warning, type Finding } from '../finding.js';
import { formatBytes, formatPath } from '../../show/format.js';
import { troubleOf } from '../trouble-of.js';

/** A batch file and its results at least: less stops the next batch. */
const leastFiles = 2;
/** Several batches are in work at a time. */
const enoughFiles = 10;

export const diskCheck: Check = {
  name: 'disk',
  group: 'Installation',
  title: () => 'disk',
  setting: 'BATCHMILL_HOME',
  settingGroups: ['installation', 'adapters'],
  after: () => [],
  async run(context) {
    const { settings } = context;
    const { blobs } = settings.adapters;
    return Promise.resolve([
      homeFinding(settings, context),
      ...(blobs.scheme === 'file' ? [folderFinding('blobs', 'BATCHMILL_BLOBS', blobs.url, context)] : []),
    ]);
  },
};

function homeFinding(settings: Settings, context: CheckContext): Finding {
  const { home } = settings.installation;
  try {
    checkHome(settings);
  } catch (error) {
    return failed(`home ${formatPath(home)}`, troubleOf(error, 'BATCHMILL_HOME'));
  }
  return folderFinding('home', 'BATCHMILL_HOME', home, context);
}

/** A folder that does not exist yet is created in the nearest one that does. */
function folderFinding(what: string, setting: string, folder: string, { freeBytes, settings }: CheckContext): Finding {
  const existing = nearestExisting(folder);
  const text = `${what} ${formatPath(folder)}`;
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
    const reason = `${setting}: ${existing} cannot be written to (${code})`;
    return failed(text, {
      reason,
      remedy: `set ${setting} to a folder that can be written to, or: chmod u+w ${existing}`,
    });
  }
  return spaceFinding(text, setting, freeBytes(existing), providerProfileOf(settings).limits.maxFileBytes);
}

function spaceFinding(text: string, setting: string, free: number, maxFileBytes: number): Finding {
  const enoughBytes = enoughFiles * maxFileBytes;
  const found = `${text}: can be written to, ${formatBytes(free)} free`;
  const trouble = {
    reason: `found ${formatBytes(free)} free, expected ${formatBytes(enoughBytes)}: a batch file may have ${formatBytes(maxFileBytes)}, its results more`,
    remedy: `free some space, or set ${setting} to a folder on another disk`,
  };
  if (free < leastFiles * maxFileBytes) return failed(text, trouble);
  return free < enoughBytes ? warning(found, trouble) : ok(found);
}

function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

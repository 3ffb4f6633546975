import { existsSync } from 'node:fs';
import { ValidationError } from '@batchmill/contracts';
import { openLine, readSettings, type Line, type Settings } from '@batchmill/service';
import type { Shell } from '../shell.js';
import { openLog } from './open-log.js';

export function settingsOf({ env, cwd }: Shell): Settings {
  return readSettings({ env, cwd });
}

/** Opens what is there, to look at it or to say something, and closes it again. */
export async function withLine<T>(
  shell: Shell,
  work: (line: Line, settings: Settings) => Promise<T>,
  { needsProvider = false }: { needsProvider?: boolean } = {},
): Promise<T> {
  const settings = settingsOf(shell);
  expectHome(settings);
  const logging = openLog(settings.installation.home, settings.service.logLevel, shell.err);
  try {
    const opened = await openLine(settings, { log: logging.log, name: 'cli', needsProvider });
    try {
      return await work(opened.line, settings);
    } finally {
      await opened.close();
    }
  } finally {
    await logging.close();
  }
}

/** Looking at a home that is not there would make one. */
function expectHome({ installation: { home }, adapters }: Settings): void {
  if (adapters.store.scheme !== 'embedded' || existsSync(home)) return;
  throw new ValidationError(
    'cli.no-home',
    `there is no data in ${home}; "batchmill run PIPELINE" begins it, BATCHMILL_HOME names another folder`,
  );
}

import { unknownPipeline, type Pipelines } from '@batchmill/pipeline';
import {
  checkHome,
  createHome,
  openEngine,
  readSettings,
  type Engine,
  type OpenEngineOptions,
  type Settings,
} from '@batchmill/service';
import { createLogger, type Log } from '@batchmill/telemetry';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathHere } from './show/path-here.js';

export function settingsHere(): Settings {
  const settings = readSettings({ env: process.env, cwd: process.cwd() });
  checkHome(settings);
  return settings;
}

/** Opens the line of the settings for a command that looks or asks, and closes it afterwards. */
export async function withLine<T>(
  work: (engine: Engine, settings: Settings) => Promise<T>,
  options: Pick<OpenEngineOptions, 'needsProvider' | 'pipelines'> = { needsProvider: false },
): Promise<T> {
  return onHomeThatExists(settingsHere(), async (settings) => {
    const opened = await openEngine(settings, { log: quietLog(), name: 'cli', ...options });
    try {
      return await work(opened.engine, settings);
    } finally {
      await opened.close();
    }
  });
}

/** The same for a command that needs no pipeline: one that cannot be loaded is not in its way. */
export async function withRecords<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  return withLine(work, { needsProvider: false, pipelines: noPipelines });
}

const noPipelines: Pipelines = {
  names: () => [],
  get: (name) => {
    throw unknownPipeline(name, [], 'what was not loaded');
  },
};

/** Looking makes no home: where there is none, an empty one stands in for it and is gone afterwards. */
async function onHomeThatExists<T>(settings: Settings, work: (settings: Settings) => Promise<T>): Promise<T> {
  if (existsSync(settings.installation.home)) return work(settings);
  const home = mkdtempSync(join(tmpdir(), 'batchmill-'));
  try {
    return await work({ ...settings, installation: { ...settings.installation, home } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Where a run in this process logs: a file in its home, so that the terminal shows the run. */
export function logIn(settings: Settings): Log {
  createHome(settings);
  const file = createWriteStream(logFileIn(settings.installation.home), { flags: 'a' });
  file.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.stderr.write(`${pathHere(file.path.toString())} cannot be written (${code}): going on without it\n`);
  });
  return createLogger({ level: settings.service.logLevel, destination: file });
}

export function logFileIn(home: string): string {
  return join(home, 'batchmill.log');
}

function quietLog(): Log {
  return createLogger({ level: 'error', destination: process.stderr, pretty: true });
}

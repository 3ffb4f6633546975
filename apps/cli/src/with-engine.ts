import { unknownPipeline, type Pipelines } from '@batchmill/pipeline';
import {
  checkHome,
  isEngineRunning,
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
import { formatPath } from './show/format.js';
import type { Say } from './show/output.js';
import { statePlace } from './show/state-place.js';

/** The settings of the environment and the working directory. */
export function settingsHere(): Settings {
  const settings = readSettings({ env: process.env, cwd: process.cwd() }, warnOnce);
  checkHome(settings);
  return settings;
}

const warned = new Set<string>();

/** A command may read the settings several times. */
function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.stderr.write(`${text}\n`);
}

type CommandEngineOptions = Pick<OpenEngineOptions, 'needsProvider' | 'pipelines'>;

/** Opens the engine for a command that runs no stage, and closes it afterwards. */
export async function withEngine<T>(
  work: (engine: Engine, settings: Settings) => Promise<T>,
  options: CommandEngineOptions = { needsProvider: false },
): Promise<T> {
  return onExistingHome(settingsHere(), (settings) =>
    withEngineOf(settings, (engine) => work(engine, settings), options),
  );
}

/** The same with these settings. Creates the home. */
export async function withEngineOf<T>(
  settings: Settings,
  work: (engine: Engine) => Promise<T>,
  options: CommandEngineOptions,
): Promise<T> {
  const opened = await openEngine(settings, { log: errorLog(), name: 'cli', ...options });
  try {
    return await work(opened.engine);
  } finally {
    await opened.close();
  }
}

/** The same without loading pipelines, so that a pipeline with an error does not stop the command. */
export async function withRecords<T>(work: (engine: Engine, settings: Settings) => Promise<T>): Promise<T> {
  return withEngine(work, { needsProvider: false, pipelines: noPipelines });
}

/** The same for a command that calls the provider. */
export async function withProvider<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngine(work, { needsProvider: true, pipelines: noPipelines });
}

/** The same for a command that also stores what it learns from the provider. Creates the home. */
export async function withProviderAndState<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngineOf(settingsHere(), work, { needsProvider: true, pipelines: noPipelines });
}

const noPipelines: Pipelines = {
  names: () => [],
  get: (name) => {
    throw unknownPipeline(name, [], 'what was not loaded');
  },
};

/** A command that only reads creates no home. Without a home it gets an empty temporary one. */
export async function onExistingHome<T>(settings: Settings, work: (settings: Settings) => Promise<T>): Promise<T> {
  if (existsSync(settings.installation.home)) return work(settings);
  const home = mkdtempSync(join(tmpdir(), 'batchmill-'));
  try {
    return await work({ ...settings, installation: { ...settings.installation, home } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Prints the note after a command whose effect needs a running process, when there is none. */
export function noteIfNoWorker(note: string, say: Say): void {
  const settings = settingsHere();
  if (isEngineRunning(settings)) return;
  say(`no process works on ${statePlace(settings)}: ${note}`);
}

/** The log of a command that runs stages: a file in the home, because the terminal shows the progress. */
export function fileLog(settings: Settings): Log {
  createHome(settings);
  const file = createWriteStream(logFileIn(settings.installation.home), { flags: 'a' });
  file.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.stderr.write(`${formatPath(file.path.toString())} cannot be written (${code}): continuing without it\n`);
  });
  return createLogger({ level: settings.service.logLevel, destination: file });
}

export function logFileIn(home: string): string {
  return join(home, 'batchmill.log');
}

function errorLog(): Log {
  return createLogger({ level: 'error', destination: process.stderr, pretty: true });
}

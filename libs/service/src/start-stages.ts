import { isBatchmillError, isDependencyUnavailable } from '@batchmill/contracts';
import {
  PinoLog,
  readableLines,
  startTelemetry,
  type Log,
  type Telemetry,
  type TelemetryOptions,
} from '@batchmill/telemetry';
import type { Type } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { sharingWarnings } from './check-sharing.js';
import { observeEngine } from './observe-engine.js';
import { openEngine, type OpenedEngine } from './open-engine.js';
import { host, serveStages } from './serve-stages.js';
import { proxiesOf, readSettings, telemetryUrlsOf, type Settings } from './settings/index.js';
import { StartupHealth } from './startup-health.js';
import { dependenciesOf, watchDependencies } from './watch-dependencies.js';

const retryMs = 2_000;

/** The modules of the stages to start, or a function that chooses them by the settings. */
export type Stages = readonly Type[] | ((settings: Settings) => Promise<readonly Type[]>);

/** Runs a service: its stages, with health on PORT, until SIGTERM or SIGINT stops it gracefully. Never returns. */
export async function startStages(name: string, stages: Stages): Promise<void> {
  const doubts: string[] = [];
  const settings = readOrExit((text) => doubts.push(text));
  const log = logOf(settings);
  for (const doubt of doubts) log.warn(doubt, { operation: name });
  let running: Running | null = null;
  const stopSignal = nextSignal();
  // A service that still waits for a server has nothing to finish.
  void stopSignal.then(() => {
    if (running === null) process.exit(0);
  });
  const telemetry = await startTelemetry(telemetryOptionsOf(settings, name, log));
  try {
    const health = await StartupHealth.listen(settings.service.port, host);
    running = await retryWhileUnavailable(() => start(name, stages, settings, { log, telemetry, health }), {
      log,
      health,
    });
    const { opened, app } = running;
    const dependencies = dependenciesOf(opened.engine, app.injects);
    observeEngine(opened.engine, Object.keys(dependencies));
    const stopWatching = watchDependencies(dependencies, opened.engine);
    for (const warning of sharingWarnings(settings)) log.warn(warning, { operation: name });
    log.info('running', { operation: name, url: app.url });
    const reason = await Promise.race([stopSignal, opened.engine.readiness.fatalError]);
    const isSignal = typeof reason === 'string';
    log.info('stopping', { operation: name, ...(isSignal && { signal: reason }) });
    await stopWatching();
    await app.close();
    await opened.close();
    await telemetry.stop();
    log.info('stopped', { operation: name });
    process.exit(isSignal ? 0 : 1);
  } catch (error) {
    await running?.opened.close().catch(() => undefined);
    exitWith(error);
  }
}

interface Running {
  readonly opened: OpenedEngine;
  readonly app: Awaited<ReturnType<typeof serveStages>>;
}

async function start(
  name: string,
  stages: Stages,
  settings: Settings,
  { log, telemetry, health }: { log: Log; telemetry: Telemetry; health: StartupHealth },
): Promise<Running> {
  const modules = typeof stages === 'function' ? await stages(settings) : stages;
  const opened = await openEngine(settings, {
    log,
    name,
    needsProvider: true,
    runsStages: true,
    startsSchedules: true,
  });
  try {
    const { port } = settings.service;
    const exposition = (): Promise<string> => telemetry.exposition();
    const beforeListening = (): Promise<void> => health.close();
    return { opened, app: await serveStages(opened.engine, modules, { port, exposition, beforeListening }) };
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

/** Retries the start, without a limit, while a dependency is unavailable or the state is at another place. */
async function retryWhileUnavailable<T>(
  open: () => Promise<T>,
  { log, health }: { log: Log; health: StartupHealth },
): Promise<T> {
  let hasRefused = false;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const isRefused = isElsewhere(error);
      if ((!isDependencyUnavailable(error) && !isRefused) || isHomeLocked(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      health.report(message);
      if (!isRefused) log.warn('the start failed and is retried', { error: message });
      // A person has to decide, and the start waits for that: one line is enough.
      else if (!hasRefused) log.error('the start waits for a decision', { error: message });
      hasRefused = isRefused;
      await delay(retryMs);
    }
  }
}

/** The state was copied, restored or moved, and nobody has said yet what it is now. */
function isElsewhere(error: unknown): boolean {
  return isBatchmillError(error) && error.code === 'installation.elsewhere';
}

/** Another process runs stages on this home, and will not stop by itself. */
function isHomeLocked(error: unknown): boolean {
  return isBatchmillError(error) && error.code === 'bus.already-consumed';
}

function readOrExit(warn: (text: string) => void): Settings {
  try {
    return readSettings({ env: process.env, cwd: process.cwd() }, warn);
  } catch (error) {
    return exitWith(error);
  }
}

function logOf({ service }: Settings): Log {
  const level = service.logLevel;
  return process.stdout.isTTY
    ? new PinoLog({ level, destination: readableLines(process.stdout) })
    : new PinoLog({ level });
}

function telemetryOptionsOf({ service, proxies }: Settings, name: string, log: Log): TelemetryOptions {
  const serviceName = service.name ?? `batchmill-${name}`;
  const common = { serviceName, log, proxies: proxiesOf(proxies) };
  return { ...common, ...telemetryUrlsOf({ service }) };
}

function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

function exitWith(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    isBatchmillError(error) ? `${message}\n` : `${error instanceof Error ? error.stack : message}\n`,
  );
  process.exit(1);
}

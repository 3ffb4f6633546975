import { isBatchmillError, isDependencyUnavailable } from '@batchmill/contracts';
import { PinoLog, readableLines, startTelemetry, type Log, type Telemetry } from '@batchmill/telemetry';
import type { Type } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { dependenciesOf, watchDependencies } from './watch-dependencies.js';
import { notShared } from './not-shared.js';
import { observeEngine } from './observe-engine.js';
import { openEngine, type OpenedEngine } from './open-engine.js';
import { host, serveStages } from './serve-stages.js';
import { StartingHealth } from './starting-health.js';
import { telemetryOf } from './telemetry-of.js';
import { readSettings, type Settings } from './settings/index.js';

const tryAgainMs = 2_000;

/** The modules of the stages to start, or a function that chooses them by the settings. */
export type Stages = readonly Type[] | ((settings: Settings) => Promise<readonly Type[]>);

/** A service: its stages at work, its health on PORT, until SIGTERM or SIGINT stops it gracefully. Never returns. */
export async function startStages(name: string, stages: Stages): Promise<void> {
  const settings = readOrExit();
  const log = logOf(settings);
  let running: Running | null = null;
  const asked = nextSignal();
  // Who waits for a server that is away has nothing to bring to an end.
  void asked.then(() => {
    if (running === null) process.exit(0);
  });
  const telemetry = await startTelemetry(telemetryOf(settings, name, log));
  try {
    const health = await StartingHealth.listen(settings.service.port, host);
    running = await untilThere(() => start(name, stages, settings, { log, telemetry, health }), { log, health });
    const { opened, app } = running;
    observeEngine(opened.engine);
    const lookAway = watchDependencies(dependenciesOf(opened.engine), opened.engine);
    for (const warning of notShared(settings)) log.warn(warning, { operation: name });
    log.info('at work', { operation: name, url: app.url });
    const reason = await Promise.race([asked, opened.engine.readiness.fatalError]);
    const isAsked = typeof reason === 'string';
    log.info('stopping', { operation: name, ...(isAsked && { signal: reason }) });
    await lookAway();
    await app.close();
    await opened.close();
    await telemetry.stop();
    log.info('stopped', { operation: name });
    process.exit(isAsked ? 0 : 1);
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
  { log, telemetry, health }: { log: Log; telemetry: Telemetry; health: StartingHealth },
): Promise<Running> {
  const modules = typeof stages === 'function' ? await stages(settings) : stages;
  const opened = await openEngine(settings, { log, name, needsProvider: true, works: true, startsSchedules: true });
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

/** A dependency that is away when the service starts may come yet: it is asked again, for as long as it takes. */
async function untilThere<T>(
  open: () => Promise<T>,
  { log, health }: { log: Log; health: StartingHealth },
): Promise<T> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isDependencyUnavailable(error) || isOurs(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      health.waitsFor('start', message);
      log.warn('cannot start yet; tried again', { error: message });
      await delay(tryAgainMs);
    }
  }
}

/** Another process works on this home: it is not away, it is there. */
function isOurs(error: unknown): boolean {
  return isBatchmillError(error) && error.code === 'bus.already-consumed';
}

function readOrExit(): Settings {
  try {
    return readSettings({ env: process.env, cwd: process.cwd() });
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

import { isBatchmillError } from '@batchmill/contracts';
import { PinoLog, readableLines, startTelemetry, type Log } from '@batchmill/telemetry';
import type { Type } from '@nestjs/common';
import { observeLine } from './observe-line.js';
import { openLine, type OpenedLine } from './open-line.js';
import { serveStages } from './serve-stages.js';
import { telemetryOf } from './telemetry-of.js';
import { readSettings, type Settings } from './settings/index.js';

/** A service: its stages at work, its health on PORT, until SIGTERM or SIGINT stops it gracefully. Never returns. */
export async function startStages(name: string, stages: readonly Type[]): Promise<void> {
  const settings = readOrExit();
  const log = logOf(settings);
  const telemetry = startTelemetry(telemetryOf(settings, name, log));
  let opened: OpenedLine | null = null;
  try {
    opened = await openLine(settings, { log, name, needsProvider: true, works: true });
    observeLine(opened.line);
    const app = await serveStages(opened.line, stages, {
      port: settings.service.port,
      exposition: () => telemetry.exposition(),
    });
    log.info('at work', { operation: name, url: app.url });
    const reason = await Promise.race([nextSignal(), opened.line.readiness.end]);
    const isAsked = typeof reason === 'string';
    log.info('stopping', { operation: name, ...(isAsked && { signal: reason }) });
    await app.close();
    await opened.close();
    await telemetry.stop();
    log.info('stopped', { operation: name });
    process.exit(isAsked ? 0 : 1);
  } catch (error) {
    await opened?.close().catch(() => undefined);
    exitWith(error);
  }
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

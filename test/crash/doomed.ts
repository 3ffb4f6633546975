import { stageList, stages } from '@batchmill/all-in-one';
import { assembleEngine, openEngine, readSettings, serveStages, type Ports } from '@batchmill/service';
import { PinoLog, startTelemetry } from '@batchmill/telemetry';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { PortCall } from './moments.ts';

/*
 * A service that kills itself at one call of one port. `DOOM` says at which, and what must stand in what the call is given;
 * `DOOMED_SERVICE` is a stage's name, and without it this is the whole line. Of several processes with the same `DOOM_ONCE`,
 * the first that comes to the call makes that file, with its pid, and dies, and the others live on. With
 * `DOOM_SIGNAL=SIGSTOP` it is frozen instead, and goes on with the call when it is thawed. All else is as in the product.
 */
const doom = JSON.parse(process.env['DOOM'] ?? 'null') as PortCall | null;
const onceFile = process.env['DOOM_ONCE'];
const isFrozen = process.env['DOOM_SIGNAL'] === 'SIGSTOP';
const service = process.env['DOOMED_SERVICE'];
const settings = readSettings({ env: process.env, cwd: process.cwd() });
const log = new PinoLog({ level: settings.service.logLevel });
const name = service ?? 'doomed';
const telemetry = await startTelemetry({ serviceName: `batchmill-${name}`, tracesUrl: null, metricsUrl: null, log });
const opened = await openEngine(settings, { log, name, needsProvider: true });
const { pipelines, engineSettings, work, clock, ids } = opened.engine;
const context = { pipelines, engineSettings, work, clock, ids, log };
const engine = assembleEngine(doomed(opened.engine), context, `/batchmill/${name}`);
const serving = { port: settings.service.port, exposition: () => telemetry.exposition() };
const app = await serveStages(engine, service === undefined ? stages : stagesOf(service), serving);
log.info('running', { operation: name, url: app.url });
process.once('SIGTERM', () => void stop());

/** Who was not hit is stopped gracefully. */
async function stop(): Promise<void> {
  await app.close();
  await opened.close();
  process.exit(0);
}

function stagesOf(wanted: string): typeof stages {
  const stage = stageList.find(({ name }) => name === wanted);
  if (stage === undefined) throw new Error(`DOOMED_SERVICE: found ${wanted}, wanted the name of a stage`);
  return [stage.module];
}

function doomed(ports: Ports): Ports {
  const { bus, blobs, vectors, provider } = ports;
  return {
    store: watched(ports.store, 'store'),
    documentStore: watched(ports.documentStore, 'store'),
    bus: watched(bus, 'bus'),
    blobs: watched(blobs, 'blobs'),
    vectors: watched(vectors, 'vectors'),
    provider,
  };
}

function watched<T extends object>(port: T, kind: PortCall['port'], collection?: string): T {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const call = (): unknown => Reflect.apply(value, target, given);
        if (kind === 'store' && property === 'collection') return watched(call() as object, kind, String(given[0]));
        if (!isDoom(kind, collection, String(property), given) || !isFirst()) return call();
        if (doom?.when === 'before') {
          strike();
          return call();
        }
        return Promise.resolve(call()).then((result) => {
          strike();
          return result;
        });
      };
    },
  });
}

function isDoom(port: string, collection: string | undefined, method: string, given: readonly unknown[]): boolean {
  if (doom?.port !== port || doom.method !== method || doom.collection !== collection) return false;
  const text = JSON.stringify(given);
  return doom.given.every((part) => text.includes(part));
}

/** That the file was not there yet is one question to the disk: two processes cannot both be first. */
function isFirst(): boolean {
  if (onceFile === undefined) return true;
  try {
    const file = openSync(onceFile, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch {
    return false;
  }
}

function strike(): void {
  process.kill(process.pid, isFrozen ? 'SIGSTOP' : 'SIGKILL');
  // A kill ends the process within this turn; nothing may happen in between.
  while (!isFrozen);
}

import { stageList, stages } from '@batchmill/all-in-one';
import { assembleEngine, openEngine, readSettings, serveStages, type Ports } from '@batchmill/service';
import { PinoLog, startTelemetry } from '@batchmill/telemetry';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { PortCall } from './moments.ts';

/*
 * A service that kills itself at one call of a port. `KILL_AT` is the call as JSON, with parts that its arguments contain.
 * `KILL_SERVICE` is a stage's name; without it, this process has all stages. Of several processes with the same
 * `KILL_ONCE_FILE`, the first that makes the call creates that file with its pid and dies; the others continue. With
 * `KILL_SIGNAL=SIGSTOP` the process is frozen instead and continues when it is thawed. All else is as in the product.
 */
const killAt = JSON.parse(process.env['KILL_AT'] ?? 'null') as PortCall | null;
const onceFile = process.env['KILL_ONCE_FILE'];
const isFrozen = process.env['KILL_SIGNAL'] === 'SIGSTOP';
const service = process.env['KILL_SERVICE'];
const settings = readSettings({ env: process.env, cwd: process.cwd() });
const log = new PinoLog({ level: settings.service.logLevel });
const name = service ?? 'self-killing';
const telemetry = await startTelemetry({ serviceName: `batchmill-${name}`, tracesUrl: null, metricsUrl: null, log });
const opened = await openEngine(settings, { log, name, needsProvider: true });
const { pipelines, engineSettings, work, clock, ids } = opened.engine;
const context = { pipelines, engineSettings, work, clock, ids, log };
const engine = assembleEngine(watchedPorts(opened.engine), context, `/batchmill/${name}`);
const serving = { port: settings.service.port, exposition: () => telemetry.exposition() };
const app = await serveStages(engine, service === undefined ? stages : stagesOf(service), serving);
log.info('running', { operation: name, url: app.url });
process.once('SIGTERM', () => void stop());

/** A process that was not killed is stopped gracefully. */
async function stop(): Promise<void> {
  await app.close();
  await opened.close();
  process.exit(0);
}

function stagesOf(expected: string): typeof stages {
  const stage = stageList.find(({ name }) => name === expected);
  if (stage === undefined) throw new Error(`KILL_SERVICE: found ${expected}, expected the name of a stage`);
  return [stage.module];
}

function watchedPorts(ports: Ports): Ports {
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
      return (...args: unknown[]) => {
        const call = (): unknown => Reflect.apply(value, target, args);
        if (kind === 'store' && property === 'collection') return watched(call() as object, kind, String(args[0]));
        if (!isKillCall(kind, collection, String(property), args) || !isFirst()) return call();
        if (killAt?.when === 'before') {
          killThis();
          return call();
        }
        return Promise.resolve(call()).then((result) => {
          killThis();
          return result;
        });
      };
    },
  });
}

function isKillCall(port: string, collection: string | undefined, method: string, args: readonly unknown[]): boolean {
  if (killAt?.port !== port || killAt.method !== method || killAt.collection !== collection) return false;
  const text = JSON.stringify(args);
  return killAt.argumentParts.every((part) => text.includes(part));
}

/** Creating the file is atomic, so that only one process is first. */
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

function killThis(): void {
  process.kill(process.pid, isFrozen ? 'SIGSTOP' : 'SIGKILL');
  // The kill arrives within this turn of the event loop; nothing may run before it.
  while (!isFrozen);
}

import { stages } from '@batchmill/all-in-one';
import { assembleLine, openLine, readSettings, runStages, type Ports } from '@batchmill/service';
import { MemoryLog } from '@batchmill/telemetry';
import type { PortCall } from './moments.ts';

/*
 * The whole line as a process that kills itself at one call of one port: `DOOM` says at which, and what must stand in
 * what the call is given. Everything else is as in the product. It says `at work` when it is.
 */
const doom = JSON.parse(process.env['DOOM'] ?? 'null') as PortCall | null;
const settings = readSettings({ env: process.env, cwd: process.cwd() });
const { line: opened } = await openLine(settings, { log: new MemoryLog(), name: 'doomed', needsProvider: true });
const { pipelines, line: settingsOfLine, work, clock, ids, log } = opened;
const surroundings = { pipelines, line: settingsOfLine, work, clock, ids, log };
const line = assembleLine(doomed(opened), surroundings, '/batchmill/doomed');
await runStages(line, stages);
process.stdout.write('at work\n');

function doomed(ports: Ports): Ports {
  const { bus, blobs, vectors, provider } = ports;
  const ownStore = watched(ports.store, 'store');
  return {
    store: ownStore,
    documentStore: ownStore,
    bus: watched(bus, 'bus'),
    blobs: watched(blobs, 'blobs'),
    vectors: watched(vectors, 'vectors'),
    provider,
  };
}

function watched<T extends object>(port: T, name: string, collection?: string): T {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const call = (): unknown => Reflect.apply(value, target, given);
        if (name === 'store' && property === 'collection') return watched(call() as object, 'store', String(given[0]));
        if (!isDoom(name, collection, String(property), given)) return call();
        if (doom?.when === 'before') die();
        return Promise.resolve(call()).then(die);
      };
    },
  });
}

function isDoom(port: string, collection: string | undefined, method: string, given: readonly unknown[]): boolean {
  if (doom?.port !== port || doom.method !== method || doom.collection !== collection) return false;
  const text = JSON.stringify(given);
  return doom.given.every((part) => text.includes(part));
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process within this turn; nothing may happen in between.
  for (;;);
}

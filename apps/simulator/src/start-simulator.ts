import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchEngine } from './batches/batch-engine.js';
import { BatchStore } from './batches/batch-store.js';
import { ClockKeeper } from './clock/clock-keeper.js';
import { FaultInjector } from './faults/fault-injector.js';
import { createApp } from './http/create-app.js';
import { Ledger } from './ledger/ledger.js';
import { listen } from './http/listen.js';
import { resolveOptions } from './options.js';
import type { SimulatorOptions } from './options.js';
import { RateLimits } from './rates/rate-limits.js';
import { addAdminRoutes } from './routes/admin-routes.js';
import { addBatchRoutes } from './routes/batch-routes.js';
import { addFileRoutes } from './routes/file-routes.js';
import { addSynchronousRoutes } from './routes/synchronous-routes.js';
import type { Simulation } from './simulation.js';
import { inTransaction, openDatabase } from './storage/database.js';
import { FileStore } from './storage/file-store.js';
import { WebhookSender } from './webhooks/webhook-sender.js';
import { Settings } from './storage/settings.js';

export interface Simulator {
  /** `http://host:port` */
  readonly url: string;
  /** The SDKs' base URL: with the path of the provider's API, `/v1` at OpenAI. */
  readonly baseUrl: string;
  readonly port: number;
  /** Stops after the current work. The next start on the same folder continues. */
  close(): Promise<void>;
}

/** Starts a simulator in this process. Throws a SimulatorError for a wrong option, a port or a folder in use. */
export async function startSimulator(
  options: SimulatorOptions,
  onError: (message: string) => void = (message) => process.stderr.write(`${message}\n`),
): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const uploadFolder = join(resolved.dataDir, 'uploads');
  const fileFolder = join(resolved.dataDir, 'files');
  mkdirSync(resolved.dataDir, { recursive: true });
  const database = openDatabase(join(resolved.dataDir, 'simulator.db'));
  rmSync(uploadFolder, { recursive: true, force: true });
  mkdirSync(uploadFolder);
  const settings = new Settings(database);
  const keeper = new ClockKeeper(settings, resolved.speed);
  const files = new FileStore(database, fileFolder);
  const faults = new FaultInjector(settings, resolved.seed);
  const simulation: Simulation = {
    options: resolved,
    clock: keeper.clock,
    database,
    files,
    batches: new BatchStore(database),
    ledger: new Ledger(database),
    faults,
    rateLimits: new RateLimits(resolved.limits, keeper.clock),
    webhooks: new WebhookSender(resolved.webhook, keeper.clock, faults),
    onError,
  };
  const engine = new BatchEngine(simulation);

  const reset = async (): Promise<void> => {
    await engine.stop();
    await forgetAll(simulation);
    engine.start();
  };
  const app = await createApp(engine, simulation);
  addFileRoutes(app, uploadFolder, simulation);
  addBatchRoutes(app, engine, simulation);
  addSynchronousRoutes(app, simulation);
  addAdminRoutes(app, reset, simulation);

  const close = async (): Promise<void> => {
    await app.close();
    await engine.stop();
    await simulation.webhooks.close();
    keeper.close();
    database.close();
  };
  engine.start();
  files.sweep();
  try {
    const port = await listen(app, resolved.host, resolved.port);
    const url = `http://${resolved.host}:${port}`;
    return { url, baseUrl: `${url}${resolved.provider.basePath}`, port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Resets everything but the clock. */
async function forgetAll({ database, files, faults, rateLimits, clock, options }: Simulation): Promise<void> {
  const names = files.list({ nowSeconds: 0 }).map(({ id }) => id);
  inTransaction(database, () => {
    database.exec(
      'DELETE FROM billed_lines; DELETE FROM billed_calls; DELETE FROM batches; DELETE FROM files; DELETE FROM file_faults;',
    );
    faults.set([], clock.nowMs());
  });
  rateLimits.forget();
  clock.setSpeed(options.speed);
  files.releaseAll();
  await Promise.all(names.map((id) => rm(files.pathOf(id), { force: true })));
  files.sweep();
}

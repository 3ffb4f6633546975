import { RandomIds, SystemClock, ValidationError, isBatchmillError } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { onUnhandledError, type Pipelines } from '@batchmill/pipeline';
import type { Records, WorkRecord } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import { assembleEngine, closePorts, type Engine } from './engine.js';
import { isEngineRunning, lockEngine } from './engine-lock.js';
import { createHome } from './home.js';
import { checkPlace, installationIdOf, recordWork } from './installation.js';
import { PipelineFiles, shippedApps, type PipelineFilesOptions, type TriedPipelines } from './pipelines/index.js';
import { openPorts } from './ports/index.js';
import { hasEnded, nameOfProcess } from './process-name.js';
import { engineSettingsOf, pipelineDefaultsOf, workSettingsOf, type Settings } from './settings/index.js';
import { openSimulatedProvider, type SimulatedProvider } from './simulated-provider.js';

export interface OpenedEngine {
  readonly engine: Engine;
  close(): Promise<void>;
}

export interface OpenEngineOptions {
  readonly log: Log;
  /** Names this process in leases and as the source of events. */
  readonly name: string;
  /**
   * False: the provider is never called, so no key is needed and no simulator is started. True: rejects with
   * `installation.elsewhere` when the state was worked on at another place.
   */
  readonly needsProvider: boolean;
  /**
   * True when stages will run here. Until it is closed, the engine is locked, before anything is started, and it is recorded
   * at intervals that this process works on the state. When the state was replaced, the readiness is marked as fatal.
   * Rejects with `bus.already-consumed` when another process has locked an embedded home.
   */
  readonly runsStages?: boolean;
  /** True for a service: its stages start scheduled runs. A command carries out only the run that was requested. */
  readonly startsSchedules?: boolean;
  /** Replaces those of the folder of pipelines, which are then not loaded. */
  readonly pipelines?: Pipelines;
}

/** Opens everything that the settings name. Rejects with a ValidationError that says what to set. */
export async function openEngine(settings: Settings, options: OpenEngineOptions): Promise<OpenedEngine> {
  if (options.needsProvider) checkKey(settings);
  onUnhandledError((what, error) => {
    options.log.error(`${what} threw ${error} outside of its call: in a timer, or in a promise without an await`);
  });
  if (settings.adapters.bus.scheme === 'embedded') createHome(settings);
  const clock = new SystemClock();
  const ids = new RandomIds();
  const pipelines = options.pipelines ?? (await loadPipelines(settings));
  let simulated: SimulatedProvider | null = null;
  const providerUrl = async (bus: Bus): Promise<string> => {
    if (options.runsStages === true) lockEngine(bus);
    if (settings.openai.baseUrl !== 'simulated' || !options.needsProvider) return settings.openai.baseUrl;
    simulated = await openSimulatedProvider(settings, { bus, clock });
    return simulated.url;
  };
  const opening = openPorts(settings, { providerUrl, clock, ids, log: options.log, name: options.name });
  const ports = await opening.catch(async (error: unknown) => {
    await simulated?.close();
    throw error;
  });
  // The simulator is closed before the lock is freed: the next process to lock the engine starts a simulator of its own.
  let stopWatching = (): Promise<void> => Promise.resolve();
  const close = async (): Promise<void> => {
    await stopWatching();
    await simulated?.close();
    await closePorts(ports);
  };
  try {
    const installation = await installationIdOf(ports.store, ids);
    if (options.needsProvider) await checkPlace(ports.store);
    const owner = nameOfProcess(options.name, ids.next().slice(0, 8));
    const context = {
      pipelines,
      engineSettings: engineSettingsOf(settings, installation, options.startsSchedules === true),
      work: workSettingsOf(settings, owner),
      clock,
      ids,
      log: options.log,
    };
    const engine = assembleEngine(ports, context, `/batchmill/${options.name}`);
    for (const records of engine.hostDependencies.records) await records.prepare();
    if (options.runsStages === true) {
      for (const records of engine.hostDependencies.records) await endLeasesOf(records, isAlone(settings));
      await recordWork(ports.store, { by: options.name, clock });
      await engine.installationWatch.isOwn();
      stopWatching = engine.installationWatch.start(options.name);
    }
    return { engine, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the engine to run stages in this process. Null: another process runs them. */
export async function tryOpenEngine(
  settings: Settings,
  options: Pick<OpenEngineOptions, 'log' | 'name' | 'pipelines'>,
): Promise<OpenedEngine | null> {
  if (isEngineRunning(settings)) return null;
  try {
    return await openEngine(settings, { ...options, needsProvider: true, runsStages: true });
  } catch (error) {
    if (isBatchmillError(error) && error.code === 'bus.already-consumed') return null;
    throw error;
  }
}

/** Whether no other process can run stages on this state while this one has the lock of the home. */
function isAlone({ adapters }: Settings): boolean {
  return adapters.bus.scheme === 'embedded' && adapters.store.scheme === 'embedded';
}

/** Lets the work of processes that have ended go on at once. That of others goes on when their leases run out. */
async function endLeasesOf(records: Records<WorkRecord>, isAlone: boolean): Promise<void> {
  if (isAlone) {
    await records.endLeases();
    return;
  }
  const ended = [...(await records.leaseHolders())].filter(hasEnded);
  if (ended.length > 0) await records.endLeases(ended);
}

/** The pipelines of the settings' folder and of the apps. Rejects with a ValidationError that lists every problem in them. */
export function loadPipelines(settings: Settings): Promise<Pipelines> {
  return PipelineFiles.load(pipelineFilesOf(settings));
}

/** The same pipelines as far as they are right, and what is wrong with the others. */
export function tryPipelines(settings: Settings): Promise<TriedPipelines> {
  return PipelineFiles.tryLoad(pipelineFilesOf(settings));
}

function pipelineFilesOf(settings: Settings): PipelineFilesOptions {
  const { pipelines: folder } = settings.installation;
  return { folder, apps: shippedApps, defaults: pipelineDefaultsOf(settings) };
}

function checkKey({ openai: { baseUrl, apiKey } }: Settings): void {
  if (baseUrl === 'simulated' || apiKey !== null) return;
  throw new ValidationError(
    'settings.no-key',
    'OPENAI_API_KEY: found nothing; set it to your key, or set OPENAI_BASE_URL=simulated to try everything without one',
  );
}

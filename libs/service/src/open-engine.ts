import { RandomIds, SystemClock, ValidationError } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { onUnhandledError, type Pipelines } from '@batchmill/pipeline';
import type { Log } from '@batchmill/telemetry';
import { makeHome } from './home.js';
import { installationOf } from './installation.js';
import { assembleEngine, closePorts, type Engine } from './engine.js';
import { beAtWork, openPorts } from './ports/index.js';
import { PipelineFiles, shippedApps } from './pipelines/index.js';
import { pipelineDefaultsOf, type Settings } from './settings/index.js';
import { engineSettingsOf, workSettingsOf } from './settings-of-stages.js';
import { simulatedProvider, type SimulatedProvider } from './simulated-provider.js';

export interface OpenedEngine {
  readonly engine: Engine;
  close(): Promise<void>;
}

export interface OpenEngineOptions {
  readonly log: Log;
  /** Names this process: in leases, in what it says. */
  readonly name: string;
  /** Who asks the provider nothing needs no key; a simulator is not started for it. */
  readonly needsProvider: boolean;
  /**
   * True when stages will run here: the right to work on the home is taken before anything is started, and kept until the
   * line is closed. Rejects with `bus.already-consumed` when another process is at work on an embedded home.
   */
  readonly works?: boolean;
  /** True for a service: runs are started by the clock here. A command does the one run that it was asked for. */
  readonly startsSchedules?: boolean;
  /** Instead of those in the folder of pipelines, which are then not loaded. */
  readonly pipelines?: Pipelines;
}

/** Opens everything that the settings name. Rejects with a ValidationError that says which line to write. */
export async function openEngine(settings: Settings, options: OpenEngineOptions): Promise<OpenedEngine> {
  if (options.needsProvider) expectKey(settings);
  onUnhandledError((what, threw) => {
    options.log.error(
      `${what} threw ${threw} where nobody waited for it: in a timer, or in a promise without an await`,
    );
  });
  if (settings.adapters.bus.scheme === 'embedded') makeHome(settings);
  const clock = new SystemClock();
  const ids = new RandomIds();
  const pipelines = options.pipelines ?? (await pipelinesOf(settings));
  let simulated: SimulatedProvider | null = null;
  const providerUrl = async (bus: Bus): Promise<string> => {
    if (options.works === true) beAtWork(bus);
    if (settings.openai.baseUrl !== 'simulated' || !options.needsProvider) return settings.openai.baseUrl;
    simulated = await simulatedProvider(settings, { bus, clock });
    return simulated.url;
  };
  const opening = openPorts(settings, { providerUrl, clock, ids, log: options.log, name: options.name });
  const ports = await opening.catch(async (error: unknown) => {
    await simulated?.close();
    throw error;
  });
  // The simulator ends before the right to work does: who takes over starts one of its own.
  const close = async (): Promise<void> => {
    await simulated?.close();
    await closePorts(ports);
  };
  try {
    const installation = await installationOf(ports.store, ids);
    const owner = `${options.name}-${process.pid}-${ids.next().slice(0, 8)}`;
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
    return { engine, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function pipelinesOf(settings: Settings): Promise<Pipelines> {
  const { pipelines: folder } = settings.installation;
  return PipelineFiles.load({ folder, apps: shippedApps, defaults: pipelineDefaultsOf(settings) });
}

function expectKey({ openai: { baseUrl, apiKey } }: Settings): void {
  if (baseUrl === 'simulated' || apiKey !== null) return;
  throw new ValidationError(
    'settings.no-key',
    'OPENAI_API_KEY: found nothing; set it to your key, or set OPENAI_BASE_URL=simulated to try everything without one',
  );
}

import { RandomIds, SystemClock, ValidationError } from '@batchmill/contracts';
import type { Pipelines } from '@batchmill/pipeline';
import type { Log } from '@batchmill/telemetry';
import { installationOf } from './installation.js';
import { assembleLine, closePorts, type Line } from './line.js';
import { openPorts } from './open-ports.js';
import { PipelineFiles } from './pipelines/index.js';
import { pipelineDefaultsOf, type Settings } from './settings/index.js';
import { lineSettingsOf, workSettingsOf } from './settings-of-stages.js';
import { simulatedProvider, type SimulatedProvider } from './simulated-provider.js';

export interface OpenedLine {
  readonly line: Line;
  close(): Promise<void>;
}

export interface OpenLineOptions {
  readonly log: Log;
  /** Names this process: in leases, in what it says. */
  readonly name: string;
  /** Who asks the provider nothing needs no key; a simulator is not started for it. */
  readonly needsProvider: boolean;
  /** Instead of those in the folder of pipelines. */
  readonly pipelines?: Pipelines;
}

/** Opens everything that the settings name. Rejects with a ValidationError that says which line to write. */
export async function openLine(settings: Settings, options: OpenLineOptions): Promise<OpenedLine> {
  const clock = new SystemClock();
  const ids = new RandomIds();
  const pipelines = options.pipelines ?? (await pipelinesOf(settings));
  const simulated = await simulatedOf(settings, options.needsProvider);
  const providerUrl = simulated?.url ?? settings.openai.baseUrl;
  const ports = await openPorts(settings, { providerUrl, clock, ids });
  const installation = await installationOf(ports.store, ids);
  const owner = `${options.name}-${process.pid}-${ids.next().slice(0, 8)}`;
  const surroundings = {
    pipelines,
    line: lineSettingsOf(settings, installation),
    work: workSettingsOf(settings, owner),
    clock,
    ids,
    log: options.log,
  };
  const line = assembleLine(ports, surroundings, `/batchmill/${options.name}`);
  for (const records of line.hostNeeds.records) await records.prepare();
  return {
    line,
    close: async () => {
      await closePorts(ports);
      await simulated?.close();
    },
  };
}

function pipelinesOf(settings: Settings): Promise<Pipelines> {
  return PipelineFiles.load({ folder: settings.installation.pipelines, defaults: pipelineDefaultsOf(settings) });
}

async function simulatedOf({ openai, ...rest }: Settings, isNeeded: boolean): Promise<SimulatedProvider | null> {
  if (openai.baseUrl === 'simulated') return isNeeded ? simulatedProvider({ openai, ...rest }) : null;
  if (isNeeded && openai.apiKey === null) {
    throw new ValidationError(
      'settings.no-key',
      'OPENAI_API_KEY: found nothing; set it to your key, or set OPENAI_BASE_URL=simulated to try everything without one',
    );
  }
  return null;
}

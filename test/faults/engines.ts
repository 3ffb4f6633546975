import type { PipelineDefinition } from '@batchmill/pipeline';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { assembleEngine, type Engine, type Ports } from '@batchmill/service';
import type { Simulator } from '@batchmill/simulator';
import type { EngineSettings } from '@batchmill/stage';
import { KnownPipelines, testEngineSettings, testWorkSettings, type FastClock } from '@batchmill/testing';
import { notes } from './notes.js';

const minuteMs = 60_000;
/** Times as in production, for a clock that runs fast. */
const engineSettings = {
  ...testEngineSettings,
  firstPollMs: 2_000,
  retryBaseMs: 1_000,
  maxFreeRetries: 3,
  armMs: 30_000,
  staleListMs: 20_000,
  sweepMs: minuteMs,
  lateResultsMs: 60 * minuteMs,
  sliceLines: 3,
  startsSchedules: true,
};
const work = {
  ...testWorkSettings,
  leaseMs: minuteMs,
  pollMs: 2_000,
  maxAttempts: 4,
  backoffMs: 500,
  maxBackoffMs: 10_000,
  republishAfterMs: 10_000,
};

export interface EngineOptions extends Pick<Engine, 'clock' | 'ids' | 'log'> {
  readonly concurrency: number;
  /** Default: the notes of the fault matrix. */
  readonly definitions?: readonly PipelineDefinition[];
  readonly settings?: Partial<EngineSettings>;
  /** Default: 2 seconds. Processes that run at once poll less often. */
  readonly pollMs?: number;
}

export function engineOn(
  ports: Ports,
  { concurrency, definitions = [notes], settings = {}, pollMs = work.pollMs, ...context }: EngineOptions,
): Engine {
  const pipelines = new KnownPipelines(definitions);
  return assembleEngine(
    ports,
    {
      ...context,
      pipelines,
      engineSettings: { ...engineSettings, ...settings },
      work: { ...work, concurrency, pollMs },
    },
    '/test',
  );
}

export function providerOf({ url }: Simulator, clock: FastClock): OpenAiProvider {
  const options = { apiKey: 'sk-test', baseUrl: `${url}/v1`, callTimeoutMs: 10_000 };
  return new OpenAiProvider({ ...options, clock, retries: { times: 2, baseMs: 500 } });
}

import { isBatchmillError } from '@batchmill/contracts';
import { readSettings, type Settings } from '@batchmill/service';
import { createLogger, startTracing } from '@batchmill/telemetry';
import { join } from 'node:path';
import { handleOutputErrors } from '../handle-output-errors.js';
import { DemoOutput } from './demo-output.js';
import { runDemo } from './run-demo.js';

const repository = join(import.meta.dirname, '../../../..');

/* `npm run demo`. The first Ctrl-C stops cleanly, the second at once. */
const stopping = new AbortController();
process.once('SIGINT', () => {
  stopping.abort();
  process.once('SIGINT', () => process.exit(130));
});

handleOutputErrors();
try {
  startTracing();
  const reports = await runDemo({
    settings: demoSettings(process.cwd()),
    nodeModules: join(repository, 'node_modules'),
    output: new DemoOutput(process.stdout),
    log: createLogger({ level: 'warn', destination: process.stderr, pretty: true }),
    signal: stopping.signal,
  });
  const hasFailures = reports.some(({ failed }) => failed > 0);
  process.exitCode = stopping.signal.aborted ? 130 : hasFailures ? 3 : 0;
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${isBatchmillError(error) ? message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}

/**
 * Embedded stores in a home of the demo's own, a simulated provider whose hours take seconds, and the pipelines of this
 * repository. Ignores the environment, so that the demo is the same everywhere.
 */
function demoSettings(cwd: string): Settings {
  const env = {
    BATCHMILL_HOME: join(cwd, '.batchmill', 'demo'),
    BATCHMILL_PIPELINES: join(repository, 'pipelines'),
    OPENAI_BASE_URL: 'simulated',
    BATCHMILL_SIMULATOR_SPEED: '3600',
    BATCHMILL_SIMULATOR_TURNAROUND: 'measured',
    BATCHMILL_FIRST_POLL_MS: '200',
    POLL_INTERVAL: '0.5',
    BATCHMILL_LEASE: '10',
    BATCH_SIZE: '250',
    LOG_LEVEL: 'warn',
  };
  return readSettings({ env, cwd, files: [] });
}

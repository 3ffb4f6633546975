import { isBatchmillError } from '@batchmill/contracts';
import { createLogger, startTracing } from '@batchmill/telemetry';
import { demoSettings, nodeModules } from './demo-settings.js';
import { hearOutput } from '../hear-output.js';
import { runDemo } from './run-demo.js';
import { Screen } from './screen.js';

/* `npm run demo`. Ctrl-C stops cleanly, a second one at once. */
const stopping = new AbortController();
process.once('SIGINT', () => {
  stopping.abort();
  process.once('SIGINT', () => process.exit(130));
});

hearOutput();
try {
  startTracing();
  const reports = await runDemo({
    settings: demoSettings(process.cwd()),
    nodeModules,
    screen: new Screen(process.stdout),
    log: createLogger({ level: 'warn', destination: process.stderr, pretty: true }),
    signal: stopping.signal,
  });
  const isFailed = reports.some(({ failed }) => failed > 0);
  process.exitCode = stopping.signal.aborted ? 130 : isFailed ? 3 : 0;
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${isBatchmillError(error) ? message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}

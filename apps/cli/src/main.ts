import { isBatchmillError } from '@batchmill/contracts';
import { SimulatorError } from '@batchmill/simulator';
import { startTracing } from '@batchmill/telemetry';
import { CommanderError } from 'commander';
import { hearOutput } from './hear-output.js';
import { parseArguments } from './parse-arguments.js';
import { tellSignals } from './tell-signals.js';

/* The `batchmill` command. Exit codes: see `exit-codes.ts`. */
startTracing();
tellSignals();
hearOutput();
try {
  await parseArguments(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    const isKnown = isBatchmillError(error) || error instanceof SimulatorError;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${isKnown ? message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}

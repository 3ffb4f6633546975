import { isBatchmillError } from '@batchmill/contracts';
import { SimulatorError } from '@batchmill/simulator';
import { startTracing } from '@batchmill/telemetry';
import { CommanderError } from 'commander';
import { handleOutputErrors } from './handle-output-errors.js';
import { parseArguments } from './parse-arguments.js';
import { reportSignals } from './signals.js';

/* The `batchmill` command. Its exit codes are in `exit-codes.ts`. */
startTracing();
reportSignals();
handleOutputErrors();
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

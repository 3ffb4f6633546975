import { isBatchmillError } from '@batchmill/contracts';
import { CommanderError } from 'commander';
import { enableCompileCache } from 'node:module';
import { handleOutputErrors } from './handle-output-errors.js';
import { parseArguments } from './parse-arguments.js';
import { reportSignals } from './signals.js';

/* The `batchmill` command. Its exit codes are in `exit-codes.ts`. */
// A command is loaded once it is known. Node keeps what it compiled in the folder for temporary files.
enableCompileCache();
reportSignals();
handleOutputErrors();
try {
  await parseArguments(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    // By its name, because its class would load the simulator.
    const isKnown = isBatchmillError(error) || (error instanceof Error && error.name === 'SimulatorError');
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${isKnown ? message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}

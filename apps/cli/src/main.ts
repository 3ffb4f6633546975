import { CommanderError } from 'commander';
import { startTracing } from '@batchmill/telemetry';
import { createProgram, wordsOf } from './program.js';
import { exitCodes, type Shell } from './shell.js';
import { stopOnSignals } from './stop-signal.js';
import { tellError } from './tell-error.js';

const argv = process.argv.slice(2);
let stop: AbortSignal | null = null;
const shell: Shell = {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  stopSignal: () => (stop ??= stopOnSignals()),
};
// Whoever reads us may have had enough: `batchmill runs list | head -1`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

try {
  const exitWith = (code: number): void => void (process.exitCode = code);
  const program = await createProgram(wordsOf(argv), { shell, exitWith });
  const tracing = startTracing();
  await program.parseAsync(argv, { from: 'user' });
  await tracing.stop();
} catch (error) {
  // Commander has said already what was wrong with the arguments, or printed what was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    tellError(shell.err, error);
    process.exitCode = exitCodes.didNotRun;
  }
}

import { parseArguments, usage } from './parse-arguments.js';
import { SimulatorError } from './simulator-error.js';
import { startSimulator } from './start-simulator.js';

const argv = process.argv.slice(2);
if (argv.includes('--help') || argv.includes('-h')) {
  process.stdout.write(`${usage}\n`);
} else {
  try {
    const simulator = await startSimulator(parseArguments(argv));
    process.stdout.write(`OpenAI simulator listening on ${simulator.url}\n`);
    const stop = (): void => {
      void simulator.close().then(() => process.exit(0));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    process.stderr.write(`simulator: ${error.message}\n`);
    process.exitCode = 1;
  }
}

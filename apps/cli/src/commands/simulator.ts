import { parseTurnaround, startSimulator } from '@batchmill/simulator';
import { Command, InvalidArgumentError } from 'commander';
import { once } from 'node:events';

interface Flags {
  readonly port: number;
  readonly data: string;
  readonly speed: number;
  readonly turnaround: string;
  readonly seed: number;
}

export function simulatorCommand(): Command {
  return new Command('simulator')
    .description('an OpenAI Files and Batches server with faults and a clock of its own, for any client')
    .option('--port <n>', 'where it listens; 0: anywhere', numberFrom, 8080)
    .option('--data <folder>', 'where it keeps what it billed', '.batchmill/simulator')
    .option('--speed <n>', 'simulated seconds per second', numberFrom, 1)
    .option('--turnaround <time>', 'how long a batch takes: 5s, 10m, 2h, or measured', '0')
    .option('--seed <n>', 'what it draws by lot depends on this', numberFrom, 1)
    .action(simulate);
}

async function simulate({ port, data, speed, turnaround, seed }: Flags): Promise<void> {
  const simulator = await startSimulator({ port, dataDir: data, speed, seed, turnaround: parseTurnaround(turnaround) });
  process.stdout.write(`simulator at ${simulator.url}; use OPENAI_BASE_URL=${simulator.url}/v1 and any key\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
}

function numberFrom(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) throw new InvalidArgumentError('wanted a number');
  return number;
}

import { parseTurnaround, providers, startSimulator, type SimulatedProviderName } from '@batchmill/simulator';
import { Command, InvalidArgumentError, Option } from 'commander';
import { once } from 'node:events';
import { printJson } from '../show/output.js';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly speed: number;
  readonly turnaround: string;
  readonly seed: number;
  readonly provider: SimulatedProviderName;
  readonly windows?: string;
  readonly webhook?: string;
  readonly webhookSecret?: string;
  readonly json?: true;
}

export function simulatorCommand(): Command {
  return new Command('simulator')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <n>', 'the port to listen on; 0 for any free port', parseNumber, 8080)
    .option('--data <folder>', 'the folder for its files and its ledger', '.batchmill/simulator')
    .option('--speed <n>', 'simulated seconds per second', parseNumber, 1)
    .option('--turnaround <time>', 'how long a batch takes: 5s, 10m, 2h, or measured', '0')
    .option('--seed <n>', 'the seed of its random numbers', parseNumber, 1)
    .addOption(
      new Option('--provider <name>', 'the provider that it behaves like')
        .choices(Object.keys(providers))
        .default('openai'),
    )
    .option('--windows <list>', 'the completion windows that it takes, such as 24h,48h; default: those of the provider')
    .option('--webhook <url>', 'where it posts that a batch has ended')
    .option('--webhook-secret <secret>', 'the secret that signs these posts')
    .option('--json', 'print its address as JSON')
    .action(simulate);
}

async function simulate({ host, port, data, speed, turnaround, seed, ...flags }: Flags): Promise<void> {
  const { provider, windows, webhook: url, webhookSecret: secret = '' } = flags;
  const simulator = await startSimulator({
    host,
    port,
    dataDir: data,
    speed,
    seed,
    turnaround: parseTurnaround(turnaround),
    provider,
    ...(windows !== undefined && { completionWindows: windows.split(',') }),
    webhook: url === undefined ? null : { url, secret },
  });
  const { url: address, baseUrl } = simulator;
  const name = provider === 'openai' ? '' : `, BATCHMILL_PROVIDER=${provider}`;
  if (flags.json) printJson({ url: address, baseUrl });
  else process.stdout.write(`simulator at ${address}; use OPENAI_BASE_URL=${baseUrl}${name} and any key\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
}

function parseNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('expected a number');
  return number;
}

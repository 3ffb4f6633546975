import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { composedServices, projectFolder } from './composition.ts';
import type { ImageFolder } from './image-folder.ts';
import { ImageProcess, runToEnd } from './image-process.ts';

const replicated = 'result-ingester';

/** Runs the services, the sample and the command of docker-compose.yml on servers of this machine. */
export async function tryEngine(image: ImageFolder, freePort: () => Promise<number>): Promise<void> {
  const services = composedServices();
  const stages = [...services].filter(
    ([, { restart, environment }]) => restart !== undefined && environment && 'BATCHMILL_BUS' in environment,
  );
  const started: ImageProcess[] = [];
  try {
    const flags = services.get('simulator')!.command!.filter((word) => /^--(speed|turnaround)=/.test(word));
    const simulator = await ImageProcess.start(image, ['simulator', '--port=0', ...flags], {});
    started.push(simulator);
    const addresses = addressesHere(await simulator.printed(/listening on (\S+)/));
    execFileSync(
      'mongosh',
      ['--quiet', `${addresses['mongodb://mongodb:27017']}/app`, join(projectFolder, 'deploy/sample/load-sample.js')],
      { stdio: 'inherit' },
    );
    for (const name of [...stages.map(([stage]) => stage), replicated]) {
      const env = { ...here(services.get(name)!.environment!, addresses), PORT: String(await freePort()) };
      started.push(await ImageProcess.start(image, services.get(name)!.command!, env));
    }
    for (const service of started.slice(1)) await service.isHealthy();
    process.stdout.write(`${started.length - 1} services are healthy, two of them ${replicated}\n`);
    const env = here(services.get('cli')!.environment!, addresses);
    runCommand(image, env, 'run', 'annual-reports', '--wait');
    runCommand(image, env, 'run', 'annual-reports', '--endpoint', 'inference', '--wait');
    runCommand(image, env, 'search', 'annual-reports', 'how did revenue develop', '--top', '2');
    for (const service of started.toReversed()) await service.stop();
    process.stdout.write('all of them stopped by SIGTERM\n');
  } finally {
    for (const service of started) service.kill();
  }
}

function runCommand(image: ImageFolder, env: Record<string, string>, ...words: readonly string[]): void {
  const startedAt = performance.now();
  const { status, output } = runToEnd(image, ['cli', ...words], env);
  process.stdout.write(
    `$ cli ${words.join(' ')}    (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)\n${output}`,
  );
  if (status !== 0) throw new Error(`cli ${words.join(' ')} ended with ${status}`);
}

/** The address of each server in docker-compose.yml, and its address on this machine. */
function addressesHere(simulator: string): Readonly<Record<string, string>> {
  const setting = (name: string, usual: string): string => process.env[name] ?? usual;
  return {
    'kafka://kafka:9092': setting('TEST_KAFKA', 'kafka://127.0.0.1:9092'),
    'mongodb://mongodb:27017': setting('TEST_MONGODB', 'mongodb://127.0.0.1:27017'),
    'milvus://milvus:19530': setting('TEST_MILVUS', 'milvus://127.0.0.1:19540'),
    'http://jaeger:4318': setting('TEST_OTLP', 'http://127.0.0.1:4318'),
    'http://simulator:8080': simulator,
  };
}

/** The environment with this machine's addresses, without the image's own paths. */
function here(
  environment: Readonly<Record<string, string>>,
  addresses: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(environment).filter(
    ([name]) => !['BATCHMILL_HOME', 'BATCHMILL_PIPELINES'].includes(name),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const address = Object.keys(addresses).find((each) => value.startsWith(each));
      return [name, address === undefined ? value : value.replace(address, addresses[address]!)];
    }),
  );
}

import { parseArgs } from 'node:util';
import { Server, serverNames, type ServerName } from './server.ts';
import { statusTable } from './status-table.ts';

const usage = `npm run servers:up [NAME…] [-- --lite]    install and start; without names all but milvus-lite and kubernetes
npm run servers:down [NAME…]              stop what was started here
npm run servers:status                    state, address, start time and memory of each
npm run servers -- VERB NAME…             VERB: install, start, stop, kill, freeze, thaw
npm run servers -- env                    the TEST_… variables that point the tests at these servers

Names: ${serverNames.join(', ')}
`;
const verbs = ['up', 'down', 'status', 'env', 'install', 'start', 'stop', 'kill', 'freeze', 'thaw'] as const;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { lite: { type: 'boolean' } } });
const [verbArgument, ...named] = positionals;
const verb = verbs.find((one) => one === verbArgument);
const unknown = named.filter((name) => !serverNames.some((one) => one === name));
if (verb === undefined || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`unknown: ${unknown.join(', ')}\n`);
  process.stderr.write(usage);
  process.exitCode = 2;
} else await run(verb, chosen(verb, named as ServerName[]));

/** The named servers; without names all, but Kubernetes is started only by name, and Milvus Lite so or with --lite. */
function chosen(verb: (typeof verbs)[number], names: readonly ServerName[]): readonly Server[] {
  // `npm run servers:up --lite`, without `--` before it, arrives as npm's own setting.
  const lite = values.lite ?? process.env['npm_config_lite'] === 'true';
  const unasked: readonly ServerName[] = lite ? ['kubernetes'] : ['kubernetes', 'milvus-lite'];
  const starts = ['up', 'start', 'install'].includes(verb);
  const all = serverNames.filter((name) => !starts || !unasked.includes(name));
  const onLine = (line: string) => process.stdout.write(`${line}\n`);
  return (names.length > 0 ? names : all).map((name) => new Server(name, { onLine }));
}

async function run(verb: (typeof verbs)[number], servers: readonly Server[]): Promise<void> {
  if (verb === 'env') await each(servers, async (server) => void process.stdout.write(await server.variables()));
  else if (verb === 'up') await each(servers, (server) => server.start());
  else if (verb === 'down') await each(servers, (server) => server.stop());
  else if (verb !== 'status') await each(servers, (server) => server[verb]());
  if (verb === 'up' || verb === 'status') await printStatus();
}

/** Acts on one after the other, and continues after a failure. The recipe has printed the reason. */
async function each(servers: readonly Server[], act: (server: Server) => Promise<void>): Promise<void> {
  for (const server of servers) {
    try {
      await act(server);
    } catch {
      process.exitCode = 1;
    }
  }
}

async function printStatus(): Promise<void> {
  const all = await Promise.all(serverNames.map((name) => new Server(name).status()));
  process.stdout.write(`\n${statusTable(all, new Date())}`);
}

import { ValidationError } from '@batchmill/contracts';
import { Command } from 'commander';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { templatePipeline } from '../init/template.js';
import { writeProject, type WrittenProject } from '../init/write-project.js';
import { isNewEnough } from '../needed-node.js';
import { formatPath } from '../show/format.js';

interface Flags {
  readonly pipeline?: string;
  readonly yes?: true;
  readonly json?: true;
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const nameFormat = 'lower-case letters and digits, with hyphens between them';

export function initCommand(): Command {
  return new Command('init')
    .argument('[folder]', 'where to write it', '.')
    .option('--pipeline <name>', `the name of the pipeline and its collection (default: ${templatePipeline})`)
    .option('--yes', 'ask nothing')
    .option('--json', 'as JSON; asks nothing')
    .action(init);
}

async function init(folder: string, { pipeline, yes, json }: Flags): Promise<void> {
  const isAsking = pipeline === undefined && !yes && !json && process.stdin.isTTY && process.stdout.isTTY;
  const name = pipeline ?? (isAsking ? await askName() : templatePipeline);
  if (!namePattern.test(name)) {
    throw new ValidationError('init.bad-name', `--pipeline: found "${name}", expected ${nameFormat}`);
  }
  const path = resolve(folder);
  const needsNode = isOld(process.env['npm_config_user_agent'] ?? '');
  const project = writeProject(path, { pipeline: name, needsNode });
  process.stdout.write(
    json ? `${JSON.stringify({ folder: path, pipeline: name, ...project })}\n` : text(path, name, project),
  );
}

/** Whether npm, which started this, runs on a Node that is too old: `npm/10.9.0 node/v20.19.0 linux x64`. */
function isOld(userAgent: string): boolean {
  const [, version] = /node\/v(\d+\.\d+)/.exec(userAgent) ?? [];
  return version !== undefined && !isNewEnough(version);
}

/** Asks until the answer is a name. An empty answer takes the default. */
async function askName(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    for (;;) {
      const answer = (await lines.question(`Name of the pipeline and its collection [${templatePipeline}]: `)).trim();
      if (answer === '') return templatePipeline;
      if (namePattern.test(answer)) return answer;
      process.stdout.write(`expected ${nameFormat}\n`);
    }
  } finally {
    lines.close();
  }
}

function text(path: string, name: string, { written, kept, isAdded, isPaid, unignored }: WrittenProject): string {
  const isHere = path === process.cwd();
  const commands = [
    ...(isHere ? [] : [`cd ${formatPath(path)}`]),
    'npm install',
    `npx batchmill load documents/${name}.jsonl --collection ${name}`,
    `npx batchmill run ${name}`,
  ];
  return [
    `${isHere ? basename(path) : formatPath(path)}: ${isAdded ? 'added to the project there' : 'a new project'}\n`,
    ...written.map((file) => `  ${file}\n`),
    ...kept.map((file) => `  ${file} exists: unchanged\n`),
    ...(unignored.length === 0 ? [] : [`\nAdd to .gitignore, so that no key is committed: ${unignored.join(' ')}\n`]),
    isPaid
      ? '\nAdd OPENAI_BASE_URL=simulated to your .env first. Without it the run goes to OpenAI, and is paid. Next:\n'
      : '\nNext, on a simulated OpenAI, without a key:\n',
    ...commands.map((command) => `  ${command}\n`),
  ].join('');
}

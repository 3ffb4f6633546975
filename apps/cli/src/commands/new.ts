import { consumerNames, stageNames } from '@batchmill/all-in-one';
import { consumerName } from '@batchmill/consumer';
import { ValidationError } from '@batchmill/contracts';
import type { Pipeline } from '@batchmill/pipeline';
import { loadPipelines, type Settings } from '@batchmill/service';
import { Command } from 'commander';
import type { WrittenFiles } from '../init/write-files.js';
import type { ConsumerNames } from '../new/consumer-template.js';
import { missingIn, writeConsumer } from '../new/write-consumer.js';
import { settingsHere } from '../with-engine.js';

interface Flags {
  readonly pipeline?: string;
  readonly json?: true;
}

export function newCommand(): Command {
  const command = new Command('new');
  command
    .command('consumer')
    .description(
      'write a consumer, which handles the answers of a pipeline and publishes events of its own, and its test. Changes no file ' +
        'that exists',
    )
    .argument('<name>', `its name: ${consumerName.expected}`)
    .option('--pipeline <name>', 'the pipeline whose answers it handles (default: the only one of the folder)')
    .option('--json', 'as JSON')
    .action(newConsumer);
  return command;
}

async function newConsumer(consumer: string, { pipeline, json }: Flags): Promise<void> {
  checkName(consumer);
  const settings = settingsHere();
  const { consumers: folder } = settings.installation;
  const chosen = await choosePipeline(settings, pipeline);
  const names = { consumer, pipeline: chosen.name, collection: chosen.source.collection };
  const files = writeConsumer(folder, names);
  const missing = missingIn(folder, names);
  process.stdout.write(
    json
      ? `${JSON.stringify({ folder, consumer, pipeline: chosen.name, ...files, missing })}\n`
      : text(names, files, missing),
  );
}

function checkName(name: string): void {
  const found = `new consumer: found ${JSON.stringify(name)}`;
  if (!consumerName.pattern.test(name))
    throw new ValidationError('new.bad-name', `${found}, expected ${consumerName.expected}`);
  if ([...stageNames, ...consumerNames()].some((each) => each === name))
    throw new ValidationError('new.bad-name', `${found}, which is the name of a stage, expected another name`);
}

async function choosePipeline(settings: Settings, name: string | undefined): Promise<Pipeline> {
  const pipelines = await loadPipelines(settings);
  if (name !== undefined) return pipelines.get(name);
  const [only, ...more] = pipelines.names();
  if (only !== undefined && more.length === 0) return pipelines.get(only);
  throw new ValidationError(
    'command.no-pipeline',
    only === undefined
      ? `${settings.installation.pipelines} has no pipeline, expected one whose answers the consumer handles; add one with: batchmill init`
      : `--pipeline: found none, expected one of ${[only, ...more].join(', ')}`,
  );
}

function text(
  { consumer, pipeline }: ConsumerNames,
  { written, kept }: WrittenFiles,
  missing: readonly string[],
): string {
  return [
    written.length === 0
      ? `${consumer} exists already: nothing is written\n`
      : `${consumer}: a new consumer of the answers of ${pipeline}\n`,
    ...written.map((file) => `  ${file}\n`),
    ...kept.map((file) => `  ${file} exists: unchanged\n`),
    '\nNext, its test on a simulated OpenAI:\n  npm test\n',
    '\nRun it with every stage in one process, or as a service beside the stages, on the same servers:\n',
    `  BATCHMILL_CONSUMERS=${consumer} npx batchmill serve\n`,
    `  npx batchmill serve ${consumer}\n`,
    ...missing.map((each) => `\n${each}\n`),
  ].join('');
}

import { loadPipelines } from '@batchmill/service';
import { Command } from 'commander';
import { pipelineJson, pipelineRow } from '../pipelines/pipeline-json.js';
import { pipelineText } from '../pipelines/pipeline-text.js';
import { formatPath } from '../show/format.js';
import { printJson } from '../show/output.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import { settingsHere } from '../with-engine.js';

interface Flags {
  readonly json?: true;
}

export function pipelinesCommand(): Command {
  const command = new Command('pipelines');
  command
    .command('list')
    .description('each pipeline with its collection, endpoints and models')
    .option('--json', 'as JSON')
    .action(list);
  command
    .command('show')
    .description('what a pipeline takes, requests and writes, with all defaults')
    .argument('<pipeline>')
    .option('--json', 'as JSON')
    .action(show);
  return command;
}

const columns: readonly Column[] = [
  { title: 'PIPELINE' },
  { title: 'COLLECTION' },
  { title: 'ENDPOINTS' },
  { title: 'MODELS', spare: 1 },
  { title: 'DESCRIPTION', spare: 2 },
];

async function list({ json }: Flags): Promise<void> {
  const settings = settingsHere();
  const pipelines = await loadPipelines(settings);
  const all = pipelines.names().map((name) => pipelines.get(name));
  if (json) printJson(all.map(pipelineJson));
  else if (all.length > 0) process.stdout.write(table(columns, all.map(pipelineRow), terminalColumns()));
  else
    process.stdout.write(
      `${formatPath(settings.installation.pipelines)} has no pipeline; add one with: batchmill init\n`,
    );
}

async function show(name: string, { json }: Flags): Promise<void> {
  const pipeline = (await loadPipelines(settingsHere())).get(name);
  if (json) printJson(pipelineJson(pipeline));
  else process.stdout.write(pipelineText(pipelineJson(pipeline), terminalColumns()));
}

import { createHome } from '@batchmill/service';
import { Command } from 'commander';
import { allTopics, loadableConsumers } from '../all-topics.js';
import { printJson } from '../show/output.js';
import { settingsHere, withRecords } from '../with-engine.js';

/** Creates the topics before any service starts. A service creates missing topics by itself. */
export function topicsCommand(): Command {
  const command = new Command('topics');
  command
    .command('create')
    .description('create the topics that are missing, and print all')
    .option('--json', 'as JSON')
    .action(create);
  return command;
}

async function create({ json }: { readonly json?: true }): Promise<void> {
  const settings = settingsHere();
  if (settings.adapters.bus.scheme === 'embedded') createHome(settings);
  const topics = allTopics(await loadableConsumers(settings));
  await withRecords((engine) => engine.bus.ensureTopics(topics));
  const prefix = settings.adapters.topicPrefix ?? '';
  const names = topics.map((topic) => `${prefix}${topic}`);
  if (json) printJson(names);
  else process.stdout.write(names.map((name) => `${name}\n`).join(''));
}

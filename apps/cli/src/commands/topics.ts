import { createHome } from '@batchmill/service';
import { Command } from 'commander';
import { allTopics } from '../all-topics.js';
import { settingsHere, withRecords } from '../with-engine.js';

/** Creates the topics before any service starts. A service creates missing topics by itself. */
export function topicsCommand(): Command {
  const command = new Command('topics').description('the topics of the bus');
  command.command('create').description('create the topics that are missing, and print all').action(create);
  return command;
}

async function create(): Promise<void> {
  const settings = settingsHere();
  if (settings.adapters.bus.scheme === 'embedded') createHome(settings);
  await withRecords((engine) => engine.bus.ensureTopics(allTopics));
  const prefix = settings.adapters.topicPrefix ?? '';
  process.stdout.write(allTopics.map((topic) => `${prefix}${topic}\n`).join(''));
}

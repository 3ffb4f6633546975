import { deadLetterSuffix } from '@batchmill/bus';
import { events, topicOf } from '@batchmill/contracts';
import { createHome } from '@batchmill/service';
import { Command } from 'commander';
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
  const topics = events.map(topicOf).flatMap((topic) => [topic, topic + deadLetterSuffix]);
  await withRecords((engine) => engine.bus.ensureTopics(topics));
  const prefix = settings.adapters.topicPrefix ?? '';
  process.stdout.write(topics.map((topic) => `${prefix}${topic}\n`).join(''));
}

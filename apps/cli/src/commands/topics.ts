import { deadLetterSuffix } from '@batchmill/bus';
import { events, topicOf } from '@batchmill/contracts';
import { Command } from 'commander';
import { createHome } from '@batchmill/service';
import { settingsHere, withRecords } from '../with-engine.js';

/** For whoever wants the topics there before the services are: these make what is missing by themselves. */
export function topicsCommand(): Command {
  const command = new Command('topics').description('the topics of the bus');
  command.command('create').description('make those that are missing, and print all').action(create);
  return command;
}

async function create(): Promise<void> {
  const settings = settingsHere();
  if (settings.adapters.bus.scheme === 'embedded') createHome(settings);
  const topics = events.map(topicOf).flatMap((topic) => [topic, topic + deadLetterSuffix]);
  await withRecords((engine) => engine.bus.ensureTopics(topics));
  process.stdout.write(topics.map((topic) => `${topic}\n`).join(''));
}

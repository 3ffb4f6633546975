import { ValidationError } from '@batchmill/contracts';
import { Command } from 'commander';
import { eventTopics, loadableConsumers } from '../all-topics.js';
import { letterJson, letterText, payloadJson } from '../dead-letters/dead-letter-text.js';
import { originalOf } from '../dead-letters/dead-letter.js';
import { DeadLetters, type StoredLetter } from '../dead-letters/dead-letters.js';
import { parseCount } from '../run-options.js';
import { formatCount, formatTime } from '../show/format.js';
import { printJson, sayBeside } from '../show/output.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine, sanitizeText, terminalColumns } from '../show/terminal.js';
import { noteIfNoWorker, withRecords } from '../with-engine.js';

interface ListFlags {
  readonly limit?: number;
  readonly json?: true;
}

interface ShowFlags {
  readonly payload?: true;
  readonly json?: true;
}

interface RedriveFlags {
  readonly all?: true;
  readonly topic?: string;
  readonly json?: true;
}

export function dltCommand(): Command {
  const command = new Command('dlt');
  command
    .command('list')
    .description('the newest dead letters')
    .argument('[topic]', 'only the letters of this topic, as in run.requested')
    .option('--limit <n>', 'how many of each topic (default: 20)', parseCount)
    .option('--json', 'as JSON')
    .action(list);
  command
    .command('show')
    .description('a dead letter with its cause and headers')
    .argument('<id>')
    .option('--payload', 'show the payload of the message too')
    .option('--json', 'as JSON')
    .action(show);
  command
    .command('redrive')
    .description('publish the original message to its topic, once per dead letter')
    .argument('[id]')
    .option('--all', 'every dead letter that was not redriven yet')
    .option('--topic <topic>', 'with --all: only the dead letters of this topic')
    .option('--json', 'as JSON')
    .action(redrive);
  return command;
}

const columns: readonly Column[] = [
  { title: 'LETTER' },
  { title: 'CODE' },
  { title: 'AT', spare: 2 },
  { title: 'KEY', spare: 3 },
  { title: 'REDRIVEN', spare: 1 },
  { title: 'CAUSE' },
];

async function list(topic: string | undefined, { limit = 20, json }: ListFlags): Promise<void> {
  const { shown, older } = await withLetters((letters) => newestOf(letters.find(topic), limit));
  if (json) {
    printJson(shown.map(letterJson));
    return;
  }
  if (shown.length === 0) {
    process.stdout.write('no dead letters\n');
    return;
  }
  const rows = shown.map(({ letter, redrivenAt }) => [
    letter.id,
    letter.code,
    formatTime(letter.at),
    letter.key ?? '',
    redrivenAt === null ? 'no' : 'yes',
    sanitizeLine(letter.cause),
  ]);
  process.stdout.write(table(columns, rows, terminalColumns()));
  if (older > 0) process.stdout.write(`and ${formatCount(older)} older; --limit shows more\n`);
}

async function show(id: string, { payload, json }: ShowFlags): Promise<void> {
  const stored = await withLetters((letters) => letters.get(id));
  const { value } = originalOf(stored.message);
  const bytes = value === null ? null : Buffer.from(value);
  if (json) {
    const headers = stored.message.headers;
    const body = payload === true ? payloadJson(bytes) : {};
    printJson({ ...letterJson(stored), headers, ...body });
    return;
  }
  process.stdout.write(letterText(stored));
  if (payload !== true) return;
  const body = bytes === null ? '(null)' : process.stdout.isTTY ? sanitizeText(bytes.toString()) : bytes;
  for (const part of ['\n', body, '\n']) process.stdout.write(part);
}

async function redrive(id: string | undefined, { all, topic, json }: RedriveFlags): Promise<void> {
  expectOneChoice(id, all, topic);
  const redriven = await withLetters(async (letters) => {
    const ids: string[] = [];
    if (id !== undefined) {
      await letters.redrive(await letters.get(id));
      return [id];
    }
    for await (const stored of letters.find(topic)) {
      if (stored.redrivenAt !== null) continue;
      await letters.redrive(stored);
      ids.push(stored.letter.id);
    }
    return ids;
  });
  const say = sayBeside(json);
  if (json) printJson({ redriven });
  else for (const each of redriven) say(`${each} was redriven`);
  if (redriven.length > 0) noteIfNoWorker('the message is consumed when a run continues', say);
  else if (!json) say('nothing to redrive');
}

function expectOneChoice(id: string | undefined, all: true | undefined, topic: string | undefined): void {
  const expected = 'expected the id of a letter (see batchmill dlt list) or --all';
  if (id === undefined && all === undefined)
    throw new ValidationError('command.choice', `dlt redrive: found neither an id nor --all, ${expected}`);
  if (id !== undefined && all !== undefined)
    throw new ValidationError('command.choice', `dlt redrive: found ${id} and --all, ${expected}`);
  if (id !== undefined && topic !== undefined)
    throw new ValidationError(
      'command.choice',
      `--topic: found ${topic} together with the letter ${id}, expected --topic with --all only`,
    );
}

/** The newest letters of each topic, sorted from newest to oldest. Keeps only those in memory, and no payloads. */
async function newestOf(
  letters: AsyncIterable<StoredLetter>,
  limit: number,
): Promise<{ shown: readonly Omit<StoredLetter, 'message'>[]; older: number }> {
  const kept = new Map<string, Omit<StoredLetter, 'message'>[]>();
  let older = 0;
  for await (const { letter, redrivenAt } of letters) {
    const ofTopic = kept.get(letter.topic) ?? [];
    kept.set(letter.topic, ofTopic);
    ofTopic.push({ letter, redrivenAt });
    if (ofTopic.length <= limit) continue;
    ofTopic.shift();
    older += 1;
  }
  const shown = [...kept.values()].flat().sort((a, b) => b.letter.at.getTime() - a.letter.at.getTime());
  return { shown, older };
}

function withLetters<T>(work: (letters: DeadLetters) => Promise<T>): Promise<T> {
  return withRecords(async ({ bus, store, clock }, settings) => {
    const topics = eventTopics(await loadableConsumers(settings));
    return work(new DeadLetters(bus, store, clock, topics));
  });
}

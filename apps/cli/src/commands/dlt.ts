import { ValidationError } from '@batchmill/contracts';
import type { Engine } from '@batchmill/service';
import { Command } from 'commander';
import { originalOf } from '../dead-letters/dead-letter.js';
import { DeadLetters, type FoundLetter } from '../dead-letters/dead-letters.js';
import { countFrom } from '../run-options.js';
import { count, moment } from '../show/amounts.js';
import { letterFacts, letterJson, payloadJson } from '../show/dead-letter-facts.js';
import { oneLine, printable } from '../show/printable.js';
import { screenColumns } from '../show/screen-columns.js';
import { table, type Column } from '../show/table.js';
import { sayIfNobodyWorks } from '../say-if-nobody-works.js';
import { withRecords } from '../with-engine.js';

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
  const command = new Command('dlt').description('dead letters: messages that could not be used');
  command
    .command('list')
    .description('the newest dead letters')
    .argument('[topic]', 'of one topic: run.requested')
    .option('--limit <n>', 'how many of each topic; 20 when not said', countFrom)
    .option('--json', 'as JSON')
    .action(list);
  command
    .command('show')
    .description('one letter: why it is there, and its headers')
    .argument('<id>')
    .option('--payload', 'what the message holds too')
    .option('--json', 'as JSON')
    .action(show);
  command
    .command('redrive')
    .description('publish the message to its topic again, once')
    .argument('[id]')
    .option('--all', 'every letter that was not redriven yet')
    .option('--topic <topic>', 'with --all: only those of one topic')
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
  const { shown, older } = await withRecords(async (engine) => newest(lettersOf(engine).find(topic), limit));
  if (json) {
    process.stdout.write(`${JSON.stringify(shown.map(letterJson))}\n`);
    return;
  }
  if (shown.length === 0) {
    process.stdout.write('no dead letters\n');
    return;
  }
  const rows = shown.map(({ letter, redrivenAt }) => [
    letter.id,
    letter.code,
    moment(letter.at),
    letter.key ?? '',
    redrivenAt === null ? 'no' : 'yes',
    oneLine(letter.cause),
  ]);
  process.stdout.write(table(columns, rows, screenColumns()));
  if (older > 0) process.stdout.write(`and ${count(older)} older; --limit shows more\n`);
}

async function show(id: string, { payload, json }: ShowFlags): Promise<void> {
  const found = await withRecords(async (engine) => lettersOf(engine).get(id));
  const { value } = originalOf(found.message);
  const bytes = value === null ? null : Buffer.from(value);
  if (json) {
    const headers = found.message.headers;
    const body = payload === true ? payloadJson(bytes) : {};
    process.stdout.write(`${JSON.stringify({ ...letterJson(found), headers, ...body })}\n`);
    return;
  }
  process.stdout.write(letterFacts(found));
  if (payload !== true) return;
  const body = bytes === null ? '(null)' : process.stdout.isTTY ? printable(bytes.toString()) : bytes;
  for (const part of ['\n', body, '\n']) process.stdout.write(part);
}

async function redrive(id: string | undefined, { all, topic, json }: RedriveFlags): Promise<void> {
  expectOneChoice(id, all, topic);
  const redriven = await withRecords(async (engine) => {
    const letters = lettersOf(engine);
    const done: string[] = [];
    if (id !== undefined) {
      await letters.redrive(await letters.get(id));
      return [id];
    }
    for await (const found of letters.find(topic)) {
      if (found.redrivenAt !== null) continue;
      await letters.redrive(found);
      done.push(found.letter.id);
    }
    return done;
  });
  if (json) {
    process.stdout.write(`${JSON.stringify({ redriven })}\n`);
    return;
  }
  for (const one of redriven) process.stdout.write(`${one} is published again\n`);
  if (redriven.length === 0) process.stdout.write('nothing to redrive\n');
  else sayIfNobodyWorks('it is read when a run goes on');
}

function expectOneChoice(id: string | undefined, all: true | undefined, topic: string | undefined): void {
  const wanted = 'wanted the id of a letter (batchmill dlt list shows them) or --all';
  if (id === undefined && all === undefined)
    throw new ValidationError('command.choice', `dlt redrive: found neither; ${wanted}`);
  if (id !== undefined && all !== undefined)
    throw new ValidationError('command.choice', `dlt redrive: found ${id} and --all; ${wanted}`);
  if (id !== undefined && topic !== undefined)
    throw new ValidationError(
      'command.choice',
      `--topic: found ${topic} beside the letter ${id}; wanted --topic with --all only`,
    );
}

/** Of each topic the newest, newest first; only what is shown is held. */
async function newest(
  letters: AsyncIterable<FoundLetter>,
  limit: number,
): Promise<{ shown: readonly Omit<FoundLetter, 'message'>[]; older: number }> {
  const kept = new Map<string, Omit<FoundLetter, 'message'>[]>();
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

function lettersOf({ bus, store, clock }: Engine): DeadLetters {
  return new DeadLetters(bus, store, clock);
}

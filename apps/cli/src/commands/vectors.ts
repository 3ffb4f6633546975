import { Command } from 'commander';
import { confirm } from '../confirm.js';
import { parseParameter, type RunFlags } from '../run-options.js';
import { formatQuantity } from '../show/format.js';
import { messagesBeside, printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { collectionsText } from '../vectors/collections-text.js';
import { dropCollection, expectUnused, type UnusedCollection } from '../vectors/drop-collection.js';
import { listCollections } from '../vectors/list-collections.js';
import { switchAlias } from '../vectors/switch-alias.js';
import { withEngine } from '../with-engine.js';

interface Flags {
  readonly json?: true;
}

export function vectorsCommand(): Command {
  const command = new Command('vectors');
  command
    .command('list')
    .description('the collections into which this installation writes or has written, and which of them searches find')
    .option('--json', 'as JSON')
    .action(list);
  command
    .command('switch')
    .description('point the alias of a pipeline’s vectors to its collection, or back to an earlier one')
    .argument('<pipeline>', 'the pipeline whose vectors have the alias')
    .option('--to <collection>', 'another collection of its vectors (default: that of the pipeline)')
    .option('--incomplete', 'also where the collection lacks vectors that searches find now')
    .option('--param <key=value...>', 'a parameter of the pipeline, as of run', parseParameter)
    .option('--json', 'as JSON')
    .action(switchTo);
  command
    .command('drop')
    .description('delete a collection into which no pipeline and no run writes, and to which no alias points')
    .argument('<collection>', 'the collection')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'as JSON')
    .action(drop);
  return command;
}

async function list({ json }: Flags): Promise<void> {
  const listed = await withEngine(listCollections);
  if (json) printJson(listed);
  else process.stdout.write(collectionsText(listed, terminalColumns()));
}

interface SwitchFlags extends Flags {
  readonly to?: string;
  readonly incomplete?: true;
  readonly param?: NonNullable<RunFlags['param']>;
}

async function switchTo(pipeline: string, { to, incomplete, param, json }: SwitchFlags): Promise<void> {
  const switched = await withEngine((engine) =>
    switchAlias(engine, pipeline, {
      ...(to !== undefined && { to }),
      ...(param !== undefined && { parameters: param }),
      incomplete: incomplete === true,
    }),
  );
  if (json) {
    printJson(switched);
    return;
  }
  const { alias, from, missing } = switched;
  const instead = from === null || from === switched.to ? '' : ` instead of ${from}`;
  const lacking = missing === 0 ? '' : `, which lacks ${formatQuantity(missing, 'vector')}`;
  process.stdout.write(`${alias} finds the vectors of ${switched.to} now${instead}${lacking}\n`);
}

async function drop(collection: string, { yes, json }: Flags & { readonly yes?: true }): Promise<void> {
  await withEngine(async (engine) => {
    const unused = await expectUnused(engine, collection);
    if (yes !== true) {
      const { unloaded } = unused;
      const of = unloaded.length === 0 ? '' : `, of ${unloaded.join(', ')}, which this command does not know`;
      const question = `delete ${collection} with ${contentsText(unused)}${of}?`;
      await confirm(`vectors drop ${collection}`, question, { from: process.stdin, to: messagesBeside(json) });
    }
    const { vectors, aliases } = await dropCollection(engine, collection);
    if (json) printJson({ collection, vectors, ...(aliases.length > 0 && { aliases }) });
    else process.stdout.write(`${collection} was dropped with ${contentsText({ vectors, aliases })}\n`);
  });
}

function contentsText({ vectors, aliases }: Pick<UnusedCollection, 'vectors' | 'aliases'>): string {
  const ofAliases = aliases.length === 0 ? '' : ` and its alias ${aliases.join(', ')}`;
  return `${formatQuantity(vectors, 'vector')}${ofAliases}`;
}

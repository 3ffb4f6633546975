import { checkPlace, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { failedDocuments, type FailedDocument } from '../documents/failed-documents.js';
import { StrandedDocuments, type StrandedClaim } from '../documents/stranded-documents.js';
import { parseCount } from '../run-options.js';
import { formatCount, formatQuantity, formatTime } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine, terminalColumns } from '../show/terminal.js';
import { printJson } from '../show/output.js';
import { writeLine } from '../show/write-line.js';
import { withEngine } from '../with-engine.js';

interface ListFlags {
  readonly run?: string;
  readonly code?: string;
  readonly function?: string;
  readonly limit: number;
  readonly json?: true;
}

interface Flags {
  readonly of?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function documentsCommand(): Command {
  const command = new Command('documents');
  command
    .command('list')
    .description('failed documents with their errors')
    .argument('[pipeline]', 'only the documents of this pipeline')
    .requiredOption('--failed', 'those that failed')
    .option('--run <id>', 'only those that this run worked on last')
    .option('--code <code>', 'only those with this error code')
    .option('--function <name>', 'those in which this function failed, also completed ones, with its errors alone')
    .option('--limit <n>', 'at most this many', parseCount, 20)
    .option('--json', 'as JSON, one document per line and all of them unless --limit is given')
    .action(list);
  command
    .command('release')
    .description(
      'list documents that are in progress under a claim that no record works on, as after a restored backup; with --yes the next run asks them again',
    )
    .argument('[pipeline]', 'only the documents of this pipeline')
    .option('--of <installation>', 'release those of another installation, which has ended; `none`: that name none')
    .option('--yes', 'release them; without it they are only listed')
    .option('--json', 'as JSON')
    .action(release);
  return command;
}

const columns: readonly Column[] = [
  { title: 'INSTALLATION' },
  { title: 'CLAIM', spare: 1 },
  { title: 'COLLECTION', spare: 3 },
  { title: 'DOCUMENTS', right: true },
  { title: 'CLAIMED', spare: 2 },
];

const failedColumns: readonly Column[] = [
  { title: 'DOCUMENT' },
  { title: 'PIPELINE', spare: 2 },
  { title: 'ENDPOINT', spare: 3 },
  { title: 'FUNCTION', spare: 1 },
  { title: 'CODE' },
  { title: 'MESSAGE' },
];

async function list(pipeline: string | undefined, flags: ListFlags, command: Command): Promise<void> {
  const { run = null, code = null, function: functionName = null, json } = flags;
  const limit = json && command.getOptionValueSource('limit') === 'default' ? Infinity : flags.limit;
  await withEngine(async (engine) => {
    const pipelines = pipeline === undefined ? engine.pipelines.names() : [pipeline];
    const rows: string[][] = [];
    let count = 0;
    for await (const document of failedDocuments(engine, { pipelines, runId: run, code, functionName })) {
      count += 1;
      if (count > limit) {
        if (json) break;
        continue;
      }
      if (json) await writeLine(JSON.stringify(document));
      else rows.push(...rowsOf(document));
    }
    if (!json) process.stdout.write(failedText(rows, count, Math.min(count, limit)));
  });
}

/** A row per error. */
function rowsOf({ pipeline, endpoint, id, errors }: FailedDocument): string[][] {
  const unknown = { function: null, code: '', message: 'the document does not say why' };
  return (errors.length === 0 ? [unknown] : errors).map((error) => [
    sanitizeLine(id),
    pipeline,
    endpoint,
    error.function ?? '',
    error.code,
    shortened(sanitizeLine(error.message)),
  ]);
}

const shownMessage = 80;

/** So that a long message does not take the place of the other columns. JSON has it whole. */
function shortened(message: string): string {
  return message.length <= shownMessage ? message : `${message.slice(0, shownMessage - 1)}…`;
}

function failedText(rows: readonly string[][], count: number, shown: number): string {
  if (count === 0) return 'no such document\n';
  const more =
    count > shown ? `${formatCount(shown)} of ${formatQuantity(count, 'document')} shown; more with --limit\n` : '';
  return `${table(failedColumns, rows, terminalColumns())}${more}`;
}

async function release(pipeline: string | undefined, { of: other, yes, json }: Flags): Promise<void> {
  await withEngine(async (engine) => {
    const stranded = new StrandedDocuments(engine, pipeline === undefined ? engine.pipelines.names() : [pipeline]);
    const own = engine.engineSettings.installation;
    const chosen = other === undefined ? own : other === 'none' ? null : other;
    const found = await stranded.find();
    if (yes !== true) {
      if (json) printJson(found);
      else process.stdout.write(listText(found, own));
      return;
    }
    await checkPlace(engine.store);
    const released = await stranded.release((installation) => installation === chosen);
    if (json) printJson({ released });
    else process.stdout.write(releasedText(released, found, chosen, engine));
  });
}

function listText(found: readonly StrandedClaim[], own: string): string {
  if (found.length === 0) return 'no document is held by a claim that no record works on\n';
  const rows = found.map(({ installation, claim, collection, documents, claimedAt }) => [
    shownInstallation(installation, own),
    claim,
    collection,
    formatCount(documents),
    claimedAt === null ? '' : formatTime(claimedAt),
  ]);
  const installations = [...new Set(found.map(({ installation }) => installation))];
  const hints = installations.map((installation) =>
    installation === own
      ? 'release those of this installation with: batchmill documents release --yes\n'
      : `release those of an installation that has ended with: batchmill documents release --of ${installation ?? 'none'} --yes\n`,
  );
  return `${table(columns, rows, terminalColumns())}${hints.join('')}what is released is requested, and paid for, again\n`;
}

function releasedText(
  released: number,
  found: readonly StrandedClaim[],
  chosen: string | null,
  { engineSettings }: Engine,
): string {
  const others = found.filter(({ installation }) => installation !== chosen);
  const left = others.reduce((sum, { documents }) => sum + documents, 0);
  const names = [
    ...new Set(others.map(({ installation }) => shownInstallation(installation, engineSettings.installation))),
  ];
  const rest =
    left === 0 ? '' : `; ${formatQuantity(left, 'document')} of other installations left: ${names.join(', ')}`;
  return `${formatQuantity(released, 'document')} released: the next run asks what was requested of them${rest}\n`;
}

function shownInstallation(installation: string | null, own: string): string {
  return installation === null ? 'none' : installation === own ? 'this' : installation;
}

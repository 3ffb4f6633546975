import { ValidationError } from '@batchmill/contracts';
import { checkPlace, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { parseTime, type TimeOption } from '../parse-time.js';
import { purgeDocument } from '../purge/purge-document.js';
import { purgeOld, purgeRun } from '../purge/purge-runs.js';
import { PurgeTally } from '../purge/purge-tally.js';
import { deletedText, neededText, providerText } from '../purge/purge-text.js';
import { formatBytes, formatQuantity } from '../show/format.js';
import { printJson, sayBeside, type Say } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { withEngine, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

interface Flags {
  readonly olderThan?: TimeOption;
  readonly records?: true;
  readonly run?: string;
  readonly document?: string;
  readonly pipeline?: string;
  readonly pending?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** How far back the provider's batches and files are compared with records. */
const knownForMs = 60 * 86_400_000;

export function purgeCommand(): Command {
  return new Command('purge')
    .option('--older-than <time>', 'of all runs that ended before then: 30d, 12h, 2w, or a day', parseTime)
    .option('--records', 'with --older-than: also our records of these runs; the ledger stays')
    .option('--run <id>', 'of this run, which has ended')
    .option('--document <id>', 'of this document, with --pipeline; the document itself stays')
    .option('--pipeline <name>', 'the pipeline of the document')
    .option('--pending', 'with --document: let the next run request it again; otherwise none takes it')
    .option('--dry-run', 'only count what would be deleted')
    .option('--json', 'as JSON')
    .action(purge);
}

async function purge(flags: Flags): Promise<void> {
  expectOneChoice(flags);
  const { document } = flags;
  if (document !== undefined) await purgeOneDocument(document, flags);
  else await withRecords((engine) => purgeRuns(engine, flags));
}

function expectOneChoice({ olderThan, records, run, document, pipeline, pending }: Flags): void {
  const chosen = [olderThan, run, document].filter((one) => one !== undefined).length;
  if (chosen !== 1)
    throw new ValidationError('command.choice', 'purge: expected one of --older-than, --run and --document');
  if ((document === undefined) !== (pipeline === undefined))
    throw new ValidationError('command.choice', 'purge: expected --document and --pipeline together');
  if (records === true && olderThan === undefined)
    throw new ValidationError('command.choice', 'purge: found --records, expected it with --older-than only');
  if (pending === true && document === undefined)
    throw new ValidationError('command.choice', 'purge: found --pending, expected it with --document only');
}

async function purgeRuns(
  engine: Engine,
  { run: runId, olderThan, records, dryRun: isDryRun, json }: Flags,
): Promise<void> {
  const dryRun = isDryRun === true;
  if (!dryRun) await checkPlace(engine.store);
  const say = sayBeside(json);
  const tally = new PurgeTally(engine.blobs, dryRun);
  const before = olderThan?.(engine.clock.now()) ?? null;
  const run = runId === undefined ? null : await runOf(engine, runId);
  const { runs, needed, unnamedLeft, busKeepsMessages } =
    run === null
      ? await purgeOld(engine, { before: before ?? new Date(0), withRecords: records === true }, tally)
      : await purgeRun(engine, run, tally);
  const compacted = dryRun ? null : await compact(engine, say);
  if (json) {
    const { deleted } = tally;
    printJson({ dryRun, before: before?.toISOString() ?? null, runs, deleted, needed, unnamedLeft, compacted });
    return;
  }
  process.stdout.write(deletedText(tally.deleted, dryRun, terminalColumns()));
  process.stdout.write(neededText(needed));
  say(`${formatQuantity(runs, 'run')}: what they cost stays in the ledger, and their answers in your documents`);
  if (unnamedLeft.count > 0)
    say(
      `${formatQuantity(unnamedLeft.count, 'blob')} (${formatBytes(unnamedLeft.bytes)}) that no record names left: another state may use the same place`,
    );
  if (records === true && before !== null && before.getTime() > engine.clock.now().getTime() - knownForMs)
    say(
      '`audit` and `orphans list` show their batches and files at the provider as unknown from now on, for 60 days at most',
    );
  if (busKeepsMessages) say(busText);
  say(providerText);
}

async function purgeOneDocument(id: string, { pipeline = '', pending, dryRun: isDryRun, json }: Flags): Promise<void> {
  const dryRun = isDryRun === true;
  await withEngine(async (engine) => {
    if (!dryRun) await checkPlace(engine.store);
    const say = sayBeside(json);
    const tally = new PurgeTally(engine.blobs, dryRun);
    const about = { pipeline, id, isPending: pending === true };
    const { isStored, busKeepsMessages } = await purgeDocument(engine, about, tally);
    const compacted = dryRun ? null : await compact(engine, say);
    if (json) {
      printJson({ dryRun, document: id, pipeline, isStored, deleted: tally.deleted, compacted });
      return;
    }
    process.stdout.write(deletedText(tally.deleted, dryRun, terminalColumns()));
    if (!isStored) say(`${engine.pipelines.get(pipeline).source.collection} has no document ${id}`);
    else if (!dryRun)
      say(
        pending === true
          ? 'the document stays, and the next run requests it again'
          : 'the document stays, with the answers in it, and no run takes it; --pending would let the next run take it',
      );
    if (busKeepsMessages) say(busText);
    say(providerText);
  });
}

const busText = 'messages on Kafka go by the retention of their topics: dead letters may hold ids until then';

/** False: some file may still hold what was deleted. */
async function compact({ store, documentStore, vectors, bus }: Engine, say: Say): Promise<boolean> {
  let isDone = true;
  for (const port of new Set([store, documentStore, vectors, bus])) {
    try {
      isDone = (await port.compact()) && isDone;
    } catch {
      isDone = false;
    }
  }
  if (!isDone)
    say('another process uses the files, which may hold what was deleted until this is called again without it');
  return isDone;
}

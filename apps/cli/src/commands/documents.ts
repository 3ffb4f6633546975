import { checkPlace, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { StrandedDocuments, type StrandedClaim } from '../release/stranded-documents.js';
import { formatCount, formatQuantity, formatTime } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import { withEngine } from '../with-engine.js';

interface Flags {
  readonly of?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function documentsCommand(): Command {
  const command = new Command('documents').description('release documents that a lost claim holds');
  command
    .command('release')
    .description(
      'list documents that are in progress under a claim that no record works on, as after a restored backup; with --yes they are pending again',
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

async function release(pipeline: string | undefined, { of: other, yes, json }: Flags): Promise<void> {
  await withEngine(async (engine) => {
    const stranded = new StrandedDocuments(engine, pipeline === undefined ? engine.pipelines.names() : [pipeline]);
    const own = engine.engineSettings.installation;
    const chosen = other === undefined ? own : other === 'none' ? null : other;
    const found = await stranded.find();
    if (yes !== true) {
      process.stdout.write(json ? `${JSON.stringify(found)}\n` : listText(found, own));
      return;
    }
    await checkPlace(engine.store);
    const released = await stranded.release((installation) => installation === chosen);
    process.stdout.write(json ? `${JSON.stringify({ released })}\n` : releasedText(released, found, chosen, engine));
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
  return `${formatQuantity(released, 'document')} released: they are pending again${rest}\n`;
}

function shownInstallation(installation: string | null, own: string): string {
  return installation === null ? 'none' : installation === own ? 'this' : installation;
}

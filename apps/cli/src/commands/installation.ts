import {
  renewInstallation,
  reportInstallation,
  takeOverInstallation,
  type InstallationReport,
} from '@batchmill/service';
import { Command } from 'commander';
import { confirm } from '../confirm.js';
import { formatQuantity } from '../show/format.js';
import { messagesBeside, printJson, sayBeside } from '../show/output.js';
import { withRecords } from '../with-engine.js';

export function installationCommand(): Command {
  const command = new Command('installation');
  command
    .command('show')
    .description('the id of the installation, where its state is, and where it was worked on last')
    .option('--json', 'as JSON')
    .action(show);
  command
    .command('take-over')
    .description('continue here as the same installation: nothing works on the other state any more')
    .option('--json', 'as JSON')
    .action(takeOver);
  command
    .command('renew')
    .description('make the state an installation of its own: the other continues; unfinished runs are ended here')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'as JSON')
    .action(renew);
  return command;
}

interface Flags {
  readonly json?: true;
}

async function show({ json }: Flags): Promise<void> {
  const report = await withRecords(({ store }) => reportInstallation(store));
  if (json) printJson(report);
  else process.stdout.write(reportText(report));
}

function reportText({ installation, place, recordedPlace, worked, isAtPlace }: InstallationReport): string {
  const lines: [string, string][] = [
    ['installation', installation],
    ['state', place.name],
    ...(recordedPlace === null ? [] : [['worked on at', recordedPlace.name] satisfies [string, string]]),
    ...(worked === null
      ? []
      : [['last', `${worked.at.toISOString()} by ${worked.by} on ${worked.host}`] satisfies [string, string]]),
    [
      'works here',
      isAtPlace
        ? 'yes'
        : 'no: the state was copied, restored or moved; continue it with: batchmill installation take-over, or, if the other continues: batchmill installation renew',
    ],
  ];
  return lines.map(([name, value]) => `${name.padEnd(14)}${value}\n`).join('');
}

async function takeOver({ json }: Flags): Promise<void> {
  const { before, after } = await withRecords(async ({ store }) => ({
    before: await reportInstallation(store),
    after: await takeOverInstallation(store),
  }));
  sayBeside(json)(
    before.isAtPlace
      ? `installation ${after.installation} was worked on here already: nothing is changed`
      : `installation ${after.installation} continues here, with what it has at the provider; a waiting service starts by itself. ` +
          'If the state is older than the work that was done, see: batchmill orphans list, batchmill documents release',
  );
  if (json) printJson(after);
}

async function renew({ yes, json }: Flags & { readonly yes?: true }): Promise<void> {
  const question =
    'end every unfinished run here, and give up what this state knows of batches at the provider and of documents?';
  if (yes !== true) await confirm('installation renew', question, { from: process.stdin, to: messagesBeside(json) });
  const { formerId, report, runs } = await withRecords(renewInstallation);
  sayBeside(json)(
    `this state was a copy of installation ${formerId}, and is now installation ${report.installation}. ` +
      `${formatQuantity(runs, 'run')} ended here; nothing was done at the provider or with documents. ` +
      'If the documents were copied too, release those that the copied runs hold: batchmill documents release',
  );
  if (json) printJson({ formerId, runs, ...report });
}

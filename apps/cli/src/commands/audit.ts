import { Command } from 'commander';
import { auditAccount } from '../audit/audit-account.js';
import { auditReport, isInOrder } from '../audit/audit-report.js';
import { auditText } from '../audit/audit-text.js';
import { mendBooks } from '../audit/mend-books.js';
import { exitCodes } from '../exit-codes.js';
import { parseTime, type TimeOption } from '../parse-time.js';
import { printJson, sayBeside } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { noteIfNoWorker, withProvider } from '../with-engine.js';

interface Flags {
  readonly since?: TimeOption;
  readonly fix?: true;
  readonly json?: true;
}

const defaultMs = 30 * 24 * 3_600_000;

export function auditCommand(): Command {
  return new Command('audit')
    .option('--since <time>', 'the batches created since this day or time, or so long ago (default: 30d)', parseTime)
    .option(
      '--fix',
      'mend what a running service mends by itself: orphans, files that are left, batches that have ended',
    )
    .option('--json', 'as JSON')
    .action(audit);
}

async function audit({ since, fix, json }: Flags): Promise<void> {
  const report = await withProvider(async (engine) => {
    const now = engine.clock.now();
    const from = since?.(now) ?? new Date(now.getTime() - defaultMs);
    const before = await auditAccount(engine, from);
    if (fix !== true || before.differences.every(({ mend }) => mend === null)) return auditReport(before, null);
    await mendBooks(engine, before);
    return auditReport(before, await auditAccount(engine, from));
  });
  if (json) printJson(report);
  else process.stdout.write(auditText(report, terminalColumns()));
  if (report.differences.some(({ mend, outcome }) => mend === 'due' && outcome === 'begun'))
    noteIfNoWorker('a batch that is due is polled when its run continues', sayBeside(json));
  if (!isInOrder(report)) process.exitCode = exitCodes.someFailed;
}

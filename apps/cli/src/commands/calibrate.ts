import type { Engine } from '@batchmill/service';
import { Command } from 'commander';
import { calibrateBatches, type CalibratedKind } from '../calibrate/calibrate-batches.js';
import { kindReport, type CalibrationReport, type LimitReport } from '../calibrate/calibration-report.js';
import { calibrationText } from '../calibrate/calibration-text.js';
import { namedLimitsIn, type NamedLimit } from '../calibrate/named-limits.js';
import { readBatches } from '../calibrate/read-batches.js';
import { parseCount } from '../run-options.js';
import { printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { withProviderAndState } from '../with-engine.js';

interface Flags {
  readonly days: number;
  readonly batches: number;
  readonly json?: true;
}

const dayMs = 24 * 3_600_000;

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .option('--days <n>', 'the batches of the last so many days', parseCount, 30)
    .option('--batches <n>', 'at most this many, the newest', parseCount, 2_000)
    .option('--json', 'as JSON')
    .action(calibrate);
}

async function calibrate({ days, batches: limit, json }: Flags): Promise<void> {
  const report = await withProviderAndState((engine) => calibrateAccount(engine, { days, limit }));
  if (json) printJson(report);
  else process.stdout.write(calibrationText(report, terminalColumns()));
}

async function calibrateAccount(
  engine: Engine,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<CalibrationReport> {
  const now = engine.clock.now();
  const since = new Date(now.getTime() - days * dayMs);
  const listed = await readBatches(engine, { since, limit });
  const kinds = calibrateBatches(listed, now);
  for (const kind of kinds) await keep(engine, kind);
  const limits: LimitReport[] = [];
  for (const named of namedLimitsIn(listed)) limits.push(await learn(engine, named));
  return { since: since.toISOString(), batches: listed.length, kinds: kinds.map(kindReport), limits };
}

async function keep(
  { turnarounds, provider }: Engine,
  { model, url, batches, calibration }: CalibratedKind,
): Promise<void> {
  if (model === null) return;
  await turnarounds.add(provider.account, { model, url }, batches);
  await turnarounds.calibrate(provider.account, { model, url }, calibration);
}

/** A limit that the stages have learned themselves is newer. */
async function learn({ budgets, provider: { account } }: Engine, named: NamedLimit): Promise<LimitReport> {
  const { model, limited, value, namedAt } = named;
  const learned = (await budgets.namedLimitsOf(account, model))[limited] === null;
  if (learned) await budgets.learn(account, model, limited, value);
  return { model, limited, value, namedAt: namedAt.toISOString(), learned };
}

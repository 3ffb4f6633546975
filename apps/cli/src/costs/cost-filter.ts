import { ValidationError } from '@batchmill/contracts';
import type { LedgerQuery } from '@batchmill/records';
import type { Command } from 'commander';
import { formatTime } from '../show/format.js';
import { parseTime, type TimeOption } from '../parse-time.js';

/** Which entries of the ledger a command reads. */
export interface CostFilterFlags {
  readonly since?: TimeOption;
  readonly until?: TimeOption;
  readonly pipeline?: string;
  readonly run?: string;
}

export function withCostFilter(command: Command): Command {
  return command
    .option('--since <time>', 'what was sent from this day or time on, or since so long ago: 2026-11-01, 7d', parseTime)
    .option('--until <time>', 'what was sent before this day or time', parseTime)
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--run <id>', 'only of this run');
}

/** Throws a ValidationError when the period is empty. */
export function ledgerQuery({ since, until, pipeline, run }: CostFilterFlags, now: Date): LedgerQuery {
  const [from, to] = [since?.(now), until?.(now)];
  if (from !== undefined && to !== undefined && from >= to) {
    throw new ValidationError(
      'command.empty-period',
      `found --since ${formatTime(from)} and --until ${formatTime(to)}, expected --since to be the earlier one`,
    );
  }
  return {
    ...(from !== undefined && { since: from }),
    ...(to !== undefined && { until: to }),
    ...(pipeline !== undefined && { pipeline }),
    ...(run !== undefined && { runId: run }),
  };
}

/** The same for JSON. */
export function queryJson({ since, until, pipeline, runId }: LedgerQuery): Record<string, unknown> {
  return {
    ...(since !== undefined && { since: since.toISOString() }),
    ...(until !== undefined && { until: until.toISOString() }),
    ...(pipeline !== undefined && { pipeline }),
    ...(runId !== undefined && { runId }),
  };
}

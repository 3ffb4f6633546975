import { nextTime } from '@batchmill/pipeline';
import { reportRun, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { sayIfNobodyWorks } from '../say-if-nobody-works.js';
import { moment } from '../show/amounts.js';
import { screenColumns } from '../show/screen-columns.js';
import { table, type Column } from '../show/table.js';
import { withLine } from '../with-engine.js';

interface Scheduled {
  readonly pipeline: string;
  /** Its place in the pipeline's list, from 1. */
  readonly schedule: number;
  readonly cron: string;
  readonly timezone: string;
  readonly next: string | null;
  readonly lastRun: { readonly runId: string; readonly status: string } | null;
}

export function schedulesCommand(): Command {
  const command = new Command('schedules').description('runs that pipelines start by themselves');
  command
    .command('list')
    .description('when they are due, and what became of the last')
    .option('--json', 'as JSON')
    .action(list);
  return command;
}

const columns: readonly Column[] = [
  { title: 'PIPELINE' },
  { title: 'SCHEDULE', right: true, spare: 2 },
  { title: 'CRON' },
  { title: 'TIME ZONE', spare: 1 },
  { title: 'NEXT (UTC)' },
  { title: 'LAST RUN' },
  { title: 'STATUS' },
];

async function list({ json }: { readonly json?: true }): Promise<void> {
  const found = await withLine(scheduledIn);
  if (json) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  if (found.length === 0) {
    process.stdout.write('no pipeline has a schedule: schedule: { cron } in its definition gives it one\n');
    return;
  }
  const rows = found.map(({ pipeline, schedule, cron, timezone, next, lastRun }) => [
    pipeline,
    String(schedule),
    cron,
    timezone,
    next === null ? 'never' : moment(next),
    lastRun?.runId ?? 'none yet',
    lastRun?.status ?? '',
  ]);
  process.stdout.write(table(columns, rows, screenColumns()));
  sayIfNobodyWorks('schedules are kept by a service; runs start while one is at work');
}

async function scheduledIn(engine: Engine): Promise<Scheduled[]> {
  const names = engine.pipelines.names().toSorted();
  const found = names.flatMap((name) =>
    engine.pipelines.get(name).schedules.map((each, index) => ({ name, each, index })),
  );
  return Promise.all(
    found.map(async ({ name, each: { cron, timezone }, index }) => ({
      pipeline: name,
      schedule: index + 1,
      cron,
      timezone,
      next: nextTime({ cron, timezone }, engine.clock.now())?.toISOString() ?? null,
      lastRun: await lastRunOf(engine, name, index + 1),
    })),
  );
}

async function lastRunOf(engine: Engine, pipeline: string, number: number): Promise<Scheduled['lastRun']> {
  const known = await engine.schedules.get(engine.schedules.idOf(pipeline, number));
  const run = known?.lastRunId == null ? null : await engine.runs.get(known.lastRunId);
  return run === null ? null : { runId: run._id, status: (await reportRun(engine, run)).status };
}

import { nextTime } from '@batchmill/pipeline';
import { reportRun, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { formatTime } from '../show/format.js';
import { printJson, sayBeside } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { table, type Column } from '../show/table.js';
import { noteIfNoWorker, withEngine } from '../with-engine.js';

interface ListedSchedule {
  readonly pipeline: string;
  /** Its position in the pipeline's list, from 1. */
  readonly schedule: number;
  readonly cron: string;
  readonly timezone: string;
  readonly next: string | null;
  readonly lastRun: { readonly runId: string; readonly status: string } | null;
}

export function schedulesCommand(): Command {
  const command = new Command('schedules');
  command
    .command('list')
    .description('each schedule with its next time and its last run')
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
  const schedules = await withEngine(schedulesOf);
  if (json) {
    printJson(schedules);
    return;
  }
  if (schedules.length === 0) {
    process.stdout.write('no pipeline has a schedule; add schedule: { cron } to a definition\n');
    return;
  }
  const rows = schedules.map(({ pipeline, schedule, cron, timezone, next, lastRun }) => [
    pipeline,
    String(schedule),
    cron,
    timezone,
    next === null ? 'never' : formatTime(next),
    lastRun?.runId ?? 'none yet',
    lastRun?.status ?? '',
  ]);
  process.stdout.write(table(columns, rows, terminalColumns()));
  noteIfNoWorker('scheduled runs start only while one is running', sayBeside(json));
}

async function schedulesOf(engine: Engine): Promise<ListedSchedule[]> {
  const names = engine.pipelines.names().toSorted();
  const schedules = names.flatMap((name) =>
    engine.pipelines.get(name).schedules.map((schedule, index) => ({ name, schedule, index })),
  );
  return Promise.all(
    schedules.map(async ({ name, schedule: { cron, timezone }, index }) => ({
      pipeline: name,
      schedule: index + 1,
      cron,
      timezone,
      next: nextTime({ cron, timezone }, engine.clock.now())?.toISOString() ?? null,
      lastRun: await lastRunOf(engine, name, index + 1),
    })),
  );
}

async function lastRunOf(engine: Engine, pipeline: string, number: number): Promise<ListedSchedule['lastRun']> {
  const record = await engine.schedules.get(engine.schedules.idOf(pipeline, number));
  const run = record?.lastRunId == null ? null : await engine.runs.get(record.lastRunId);
  return run === null ? null : { runId: run._id, status: (await reportRun(engine, run)).status };
}

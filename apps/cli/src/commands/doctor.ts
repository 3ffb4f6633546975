import { tryConsumerFiles } from '@batchmill/consumer';
import { RandomIds, SystemClock } from '@batchmill/contracts';
import { PortsToInspect, tryPipelines, trySettings } from '@batchmill/service';
import { MemoryLog } from '@batchmill/telemetry';
import { Command } from 'commander';
import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, CheckContext } from '../doctor/check.js';
import { checks } from '../doctor/checks.js';
import {
  doctorJson,
  findingText,
  hasFailed,
  headingText,
  summaryText,
  type TextOptions,
} from '../doctor/doctor-text.js';
import { runChecks, type CheckResult } from '../doctor/run-checks.js';
import { RunningLine } from '../doctor/running-line.js';
import { exitCodes } from '../exit-codes.js';
import { printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';

/** Closing a connection to a server that hangs takes no longer. */
const closeMs = 3_000;

export function doctorCommand(): Command {
  return new Command('doctor').option('--json', 'as JSON').action(diagnose);
}

async function diagnose({ json }: { readonly json?: true }): Promise<void> {
  const clock = new SystemClock();
  const tried = trySettings({ env: process.env, cwd: process.cwd() });
  const { settings } = tried;
  // What adapters log is in the findings.
  const ports = new PortsToInspect(settings, { clock, ids: new RandomIds(), log: new MemoryLog() });
  let loading: ReturnType<typeof tryPipelines> | null = null;
  let consumers: ReturnType<typeof tryConsumerFiles> | null = null;
  const context: CheckContext = {
    ...tried,
    nodeVersion: process.versions.node,
    freeBytes,
    clock,
    ports,
    pipelines: () => (loading ??= tryPipelines(settings)),
    consumers: () => (consumers ??= tryConsumerFiles(settings.installation.consumers)),
  };
  try {
    const results = json ? await Array.fromAsync(runChecks(checks, context)) : await print(context);
    if (json) printJson(doctorJson(results, settings));
    if (hasFailed(results)) process.exitCode = exitCodes.didNotRun;
  } finally {
    const closed = new AbortController();
    const late = sleep(closeMs, undefined, { signal: closed.signal }).catch(() => undefined);
    await Promise.race([ports.close(), late]);
    closed.abort();
  }
}

/** Prints each result as soon as it and those before it are there. */
async function print(context: CheckContext): Promise<CheckResult[]> {
  const options: TextOptions = {
    columns: terminalColumns(),
    isColoured: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
  };
  const line = new RunningLine(process.stderr);
  const results: CheckResult[] = [];
  let heading = '';
  try {
    const running = (now: readonly Check[]): void => {
      line.titles = now.map(({ title }) => title(context.settings));
    };
    for await (const result of runChecks(checks, context, { running })) {
      results.push(result);
      const { check, findings } = result;
      if (findings.length === 0) continue;
      line.clear();
      if (check.group !== heading)
        process.stdout.write(`${heading === '' ? '' : '\n'}${headingText(check.group, options)}`);
      heading = check.group;
      process.stdout.write(findings.map((finding) => findingText(finding, options)).join(''));
    }
  } finally {
    line.end();
  }
  process.stdout.write(`\n${summaryText(results)}`);
  return results;
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

import { stages } from '@batchmill/all-in-one';
import { type FieldsOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import {
  awaitRun,
  hasEnded,
  openEngine,
  publishEvent,
  runStages,
  type Engine,
  type RunReport,
  type Settings,
} from '@batchmill/service';
import type { Log } from '@batchmill/telemetry';
import { formatCount, formatQuantity } from '../show/format.js';
import type { DemoOutput } from './demo-output.js';
import { findPackageDocs } from './find-package-docs.js';
import { loadBlocks, type Block } from './load-blocks.js';
import { exampleQueries, searchBlocks } from './search-blocks.js';

const summaryCount = 25;
const hitsPerQuery = 2;

export interface DemoOptions {
  readonly settings: Settings;
  readonly nodeModules: string;
  readonly output: DemoOutput;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Runs all stages on real text: embeds what is not embedded yet, summarises some blocks, searches, and prints the cost. */
export async function runDemo({ settings, nodeModules, output, log, signal }: DemoOptions): Promise<RunReport[]> {
  output.title('Batchmill demo');
  output.text(
    'The documentation of the installed packages goes through all six stages, with embedded stores and a simulated OpenAI whose hours take seconds. Nothing leaves this machine and nothing is paid.',
  );

  const opened = await openEngine(settings, { log, name: 'demo', needsProvider: true, runsStages: true });
  const { engine } = opened;
  try {
    output.heading('Documents');
    const loaded = await loadBlocks(engine.documentStore, 'blocks', findPackageDocs(nodeModules));
    const { blocks, added, packages, companies } = loaded;
    output.text(
      `${formatCount(blocks)} blocks of about 400 tokens, from ${formatCount(packages)} packages of ${formatCount(companies)} companies`,
    );
    output.text(
      added === blocks ? 'all of them new' : `${formatCount(added)} of them new, the others from earlier demos`,
    );

    const running = await runStages(engine, stages);
    const reports: RunReport[] = [];
    try {
      output.heading('Embeddings');
      reports.push(await run(engine, output, signal, { endpoint: 'embeddings' }));
      output.heading(`Summaries of ${summaryCount} blocks`);
      const documents = await firstBlocks(engine, summaryCount);
      if (!signal.aborted) reports.push(await run(engine, output, signal, { endpoint: 'inference', documents }));
      if (!signal.aborted) await showSearches(engine, output);
    } finally {
      await running.close();
    }
    if (signal.aborted) output.text('Stopped. Nothing is lost: continue with "npm run demo".');
    else showTotals(output, reports, settings);
    return reports;
  } finally {
    await opened.close();
  }
}

async function run(
  engine: Engine,
  output: DemoOutput,
  signal: AbortSignal,
  request: Pick<FieldsOf<RunRequested>, 'endpoint' | 'documents'>,
): Promise<RunReport> {
  const runId = (await unfinishedRunOf(engine, request.endpoint)) ?? `demo-${engine.ids.next().slice(0, 8)}`;
  await publishEvent(engine, new RunRequested({ runId, pipeline: 'package-docs', ...request }));
  const report = await awaitRun(engine, runId, {
    signal,
    onWaiting: (waiting) => output.progress.wait(waiting),
    onProgress: (latest) => {
      if (!hasEnded(latest)) output.progress.show(latest);
    },
  }).finally(() => output.progress.end());
  if (report === null) throw new Error(`The run ${runId} did not start.`);
  showRun(output, report);
  return report;
}

/** The run of an interrupted demo. It continues by itself, and is followed instead of a new one. */
async function unfinishedRunOf(engine: Engine, endpoint: string | undefined): Promise<string | null> {
  for await (const { _id, request } of engine.runs.activeOf('package-docs')) {
    if (request?.endpoint === endpoint) return _id;
  }
  return null;
}

async function firstBlocks(engine: Engine, limit: number): Promise<string[]> {
  const blocks = engine.documentStore.collection<Block>('blocks');
  const first = blocks.find({ text_content: /^# / }, { sort: { _id: 1 }, limit, projection: { _id: 1 } });
  return (await Array.fromAsync(first)).map(({ _id }) => _id);
}

function showRun(output: DemoOutput, report: RunReport): void {
  const { status, total, succeeded, failed, batches, tokens, cost, reason } = report;
  if (total === 0) {
    output.text(reason ?? 'nothing to do: every document already has its answer');
    return;
  }
  const failures = failed === 0 ? '' : `, ${formatCount(failed)} failed`;
  output.text(
    `${status}: ${formatCount(total)} processed, ${formatCount(succeeded)} succeeded${failures}, in ${formatQuantity(batches, 'batch', 'batches')}`,
  );
  const price =
    cost.usd === null
      ? 'price not known'
      : `${dollars(cost.usd)} instead of ${dollars(cost.synchronousUsd ?? 0)} synchronously`;
  output.text(`${formatCount(tokens.input)} tokens in, ${formatCount(tokens.output)} out: ${price}`);
}

async function showSearches(engine: Engine, output: DemoOutput): Promise<void> {
  output.heading('Search');
  for (const query of exampleQueries) {
    output.text(`"${query}"`);
    for (const { similarity, package: name, excerpt } of await searchBlocks(engine, query, hitsPerQuery)) {
      output.hit(similarity, name, excerpt);
    }
  }
}

function showTotals(output: DemoOutput, reports: readonly RunReport[], { installation }: Settings): void {
  const sum = (pick: (report: RunReport) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  output.heading('In all');
  const [total, succeeded, failed] = [
    sum((report) => report.total),
    sum((report) => report.succeeded),
    sum((report) => report.failed),
  ];
  output.text(`processed ${formatCount(total)}, succeeded ${formatCount(succeeded)}, failed ${formatCount(failed)}`);
  const paid = sum(({ cost }) => cost.usd ?? 0);
  const synchronous = sum(({ cost }) => cost.synchronousUsd ?? 0);
  output.text(
    `cost ${dollars(paid)} with the Batch API, ${dollars(synchronous)} without: ${dollars(synchronous - paid)} saved`,
  );
  output.text(`the data is in ${installation.home}`);
  output.heading('Next');
  output.text('run it again, which embeds nothing twice');
  output.command('npm run demo');
  output.text('see what was done');
  output.command('export BATCHMILL_HOME=.batchmill/demo OPENAI_BASE_URL=simulated');
  output.command('npx batchmill runs list');
  output.text('use your own key');
  output.command('export OPENAI_API_KEY=…');
  output.command('npx batchmill run package-docs --limit 10');
  output.text('use your own documents: README.md, "Your own key, your own documents"');
}

function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

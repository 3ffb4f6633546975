import { stages } from '@batchmill/all-in-one';
import { RunRequested, type FieldsOf } from '@batchmill/contracts';
import {
  awaitRun,
  openEngine,
  publishEvent,
  runStages,
  type Engine,
  type RunReport,
  type Settings,
} from '@batchmill/service';
import type { Log } from '@batchmill/telemetry';
import { findPackageDocs } from './find-package-docs.js';
import { loadBlocks, type Block } from './load-blocks.js';
import { searchBlocks } from './search-blocks.js';
import { searches } from './searches.js';
import type { Screen } from './screen.js';

const summaries = 25;
const hitsShown = 2;

export interface Demo {
  readonly settings: Settings;
  readonly nodeModules: string;
  readonly screen: Screen;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The whole line on real text: embeds what is not embedded yet, summarises some, searches, and says what it cost. */
export async function runDemo({ settings, nodeModules, screen, log, signal }: Demo): Promise<RunReport[]> {
  screen.title('Batchmill demo');
  screen.text('The documentation of the packages installed here goes through all six stages: embedded stores, a');
  screen.text('simulated OpenAI whose hours take seconds. Nothing leaves this machine and nothing is paid.');

  const opened = await openEngine(settings, { log, name: 'demo', needsProvider: true, runsStages: true });
  const { engine } = opened;
  try {
    screen.heading('Documents');
    const loaded = await loadBlocks(engine.documentStore, 'blocks', findPackageDocs(nodeModules));
    const { blocks, added, packages, companies } = loaded;
    screen.text(`${n(blocks)} blocks of about 400 tokens, from ${n(packages)} packages of ${n(companies)} companies`);
    screen.text(
      added === blocks ? 'all of them new' : `${n(added)} of them new, the others known from an earlier demo`,
    );

    const running = await runStages(engine, stages);
    const reports: RunReport[] = [];
    try {
      screen.heading('Embeddings');
      reports.push(await run(engine, screen, signal, { endpoint: 'embeddings' }));
      screen.heading(`Summaries of ${summaries} blocks`);
      const documents = await firstBlocks(engine, summaries);
      if (!signal.aborted) reports.push(await run(engine, screen, signal, { endpoint: 'inference', documents }));
      if (!signal.aborted) await showSearches(engine, screen);
    } finally {
      await running.close();
    }
    if (signal.aborted) screen.text('Stopped. Nothing is lost: "npm run demo" goes on where it stopped.');
    else showTotals(screen, reports, settings);
    return reports;
  } finally {
    await opened.close();
  }
}

async function run(
  engine: Engine,
  screen: Screen,
  signal: AbortSignal,
  asked: Pick<FieldsOf<RunRequested>, 'endpoint' | 'documents'>,
): Promise<RunReport> {
  const runId = (await runningRunOf(engine, asked.endpoint)) ?? `demo-${engine.ids.next().slice(0, 8)}`;
  await publishEvent(engine, new RunRequested({ runId, pipeline: 'package-docs', ...asked }));
  const report = await awaitRun(engine, runId, { signal, onProgress: (now) => screen.progress(now) });
  screen.endProgress();
  if (report === null) throw new Error(`The run ${runId} did not begin.`);
  showRun(screen, report);
  return report;
}

/** A run that an interrupted demo left: it goes on by itself, and is followed instead of a new one. */
async function runningRunOf(engine: Engine, endpoint: string | undefined): Promise<string | null> {
  for await (const { _id, request } of engine.runs.find({ state: { $in: ['requested', 'running'] } })) {
    if (request?.endpoint === endpoint) return _id;
  }
  return null;
}

async function firstBlocks(engine: Engine, limit: number): Promise<string[]> {
  const blocks = engine.documentStore.collection<Block>('blocks');
  const found = blocks.find({ text_content: /^# / }, { sort: { _id: 1 }, limit, projection: { _id: 1 } });
  return (await Array.fromAsync(found)).map(({ _id }) => _id);
}

function showRun(screen: Screen, { status, total, succeeded, failed, batches, tokens, cost, reason }: RunReport): void {
  if (total === 0) {
    screen.text(reason ?? 'nothing to do: every document has its answer already');
    return;
  }
  const outcome = failed === 0 ? '' : `, ${n(failed)} failed`;
  screen.text(`${status}: ${n(total)} processed, ${n(succeeded)} succeeded${outcome}, in ${n(batches)} batches`);
  const sum = cost.usd === null ? 'price not known' : `${usd(cost.usd)} instead of ${usd(cost.synchronousUsd ?? 0)}`;
  screen.text(`${n(tokens.input)} tokens in, ${n(tokens.output)} out: ${sum} synchronously`);
}

async function showSearches(engine: Engine, screen: Screen): Promise<void> {
  screen.heading('Search');
  for (const { query } of searches) {
    screen.text(`"${query}"`);
    for (const { similarity, package: name, excerpt } of await searchBlocks(engine, query, hitsShown)) {
      screen.hit(similarity, name, excerpt);
    }
  }
}

function showTotals(screen: Screen, reports: readonly RunReport[], { installation }: Settings): void {
  const sum = (pick: (report: RunReport) => number): number => reports.reduce((total, one) => total + pick(one), 0);
  screen.heading('In all');
  const failed = sum((one) => one.failed);
  screen.text(
    `processed ${n(sum((one) => one.total))}, succeeded ${n(sum((one) => one.succeeded))}, failed ${n(failed)}`,
  );
  const paid = sum((one) => one.cost.usd ?? 0);
  const otherwise = sum((one) => one.cost.synchronousUsd ?? 0);
  screen.text(`cost ${usd(paid)} with the Batch API, ${usd(otherwise)} without: ${usd(otherwise - paid)} saved`);
  screen.text(`the data lies in ${installation.home}`);
  screen.heading('Next');
  screen.text('the same again:        npm run demo                 (embeds nothing twice)');
  screen.text('look at what was done: export BATCHMILL_HOME=.batchmill/demo OPENAI_BASE_URL=simulated');
  screen.text('                       npx batchmill runs list; npx batchmill batch list');
  screen.text('your own key:          export OPENAI_API_KEY=…      and: npx batchmill run package-docs --limit 10');
  screen.text('your own documents:    README.md, "Your own key, your own documents"');
}

function n(count: number): string {
  return count.toLocaleString('en-US');
}

function usd(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

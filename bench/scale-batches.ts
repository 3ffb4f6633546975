import { completionWindowMs } from '@batchmill/contracts';
import { ClaimLooks } from '@batchmill/chunk-scanner';
import { chat, definePipeline } from '@batchmill/pipeline';
import type { Batch, Claim, Run } from '@batchmill/records';
import { reportBatch, reportRun, type Engine } from '@batchmill/service';
import { TestEngine } from '@batchmill/testing';

/* A run with very many batches in the middle of its work, and what stages, lists and displays ask of it. */

const pipeline = definePipeline({
  name: 'notes',
  source: { collection: 'notes', queryTemplate: {} },
  inference: { functions: [chat({ name: 'summary', user: '{{ text }}' })] },
});
const runId = 'large';
const times = 3;
/** The looks that read every batch. */
const reports = new Set([
  'closer: a first look at all claims',
  'forecast, which is kept for two seconds',
  'metrics: when the provider last went on',
  'runs list',
  'runs show and progress',
]);

export interface LookFigures {
  readonly name: string;
  readonly batches: number;
  readonly ms: number;
  /** It sums up all of the run: for a person, or once in minutes. */
  readonly isReport: boolean;
}

/** The median time of each look. */
export async function measureLooks(batches: number): Promise<LookFigures[]> {
  const bundle = await TestEngine.open({ pipelines: [pipeline], comparesBooks: false });
  try {
    await insertRun(bundle.engine, batches);
    const figures: LookFigures[] = [];
    for (const [name, look] of looks(bundle.engine)) {
      const taken: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const startedAt = performance.now();
        await look();
        taken.push(performance.now() - startedAt);
      }
      figures.push({
        name,
        batches,
        isReport: reports.has(name),
        ms: taken.toSorted((one, other) => one - other)[Math.floor(times / 2)] ?? 0,
      });
    }
    return figures;
  } finally {
    await bundle.close();
  }
}

function looks(engine: Engine): [string, () => Promise<unknown>][] {
  const { runs, claims, batches, runForecasts } = engine;
  const claimLooks = new ClaimLooks(claims, batches, engine.clock);
  const options = { owner: 'bench', leaseMs: 1 };
  return [
    ['poller: takes a batch', () => batches.take({ state: 'submitted', ...options })],
    ['due work of a stage', () => batches.dueIn('submitted')],
    [
      'scanner: how many wait',
      async () => [await claims.countOfRun(runId, 'sealed'), await batches.countOfRun(runId, 'built')],
    ],
    ['scanner: is anything asked', () => batches.hasRequestsOfRun(runId)],
    [
      'breaker: the last batches',
      () => batches.lastIngestedOfRun(runId, { count: 3, fewestRequests: 10, since: null }),
    ],
    ['closer: a first look at all claims', () => new ClaimLooks(claims, batches, engine.clock).closeable(runId)],
    [
      'closer: claims that can be closed',
      async () => {
        const { note } = await claimLooks.closeable(runId);
        note();
      },
    ],
    ['closer: can the run end', () => claims.countActiveOfRun(runId)],
    ['forecast, which is kept for two seconds', async () => runForecasts.of(await theRun(engine))],
    [
      'batch list',
      async () => (await Array.fromAsync(batches.latest(20, runId))).map((batch) => reportBatch(engine, batch)),
    ],
    ['batch list of all runs', () => Array.fromAsync(batches.latest(20))],
    ['runs list', async () => reportRun(engine, (await Array.fromAsync(runs.latest(20)))[0] ?? (await theRun(engine)))],
    ['runs show and progress', async () => reportRun(engine, await theRun(engine))],
    [
      'notifier: what is parked',
      () => Promise.all([Array.fromAsync(claims.parked()), Array.fromAsync(batches.parked())]),
    ],
    [
      'notifier: what is held',
      () =>
        Promise.all([
          Array.fromAsync(batches.waitingFor('provider.account-refused')),
          Array.fromAsync(batches.heldByAccount()),
        ]),
    ],
    ['metrics: what is idle', () => batches.countIdle()],
    ['metrics: when the provider last went on', () => batches.lastProgressOfThoseInProgress()],
    ['metrics: batches in a state', () => batches.countIn('submitted')],
  ];
}

async function theRun({ runs }: Engine): Promise<Run> {
  const run = await runs.get(runId);
  if (run === null) throw new Error('no run');
  return run;
}

/** Half of the batches are ingested, twenty are built, and the others are at the provider. */
async function insertRun(engine: Engine, count: number): Promise<void> {
  const { runs, claims, batches, store, clock } = engine;
  const now = clock.now();
  const laterAt = new Date(now.getTime() + 3_600_000);
  const requested = runs.new(runId, { pipeline: 'notes', endpoint: 'inference' }, null);
  const run: Run = {
    ...requested,
    state: 'running',
    endpoint: 'inference',
    functions: ['summary'],
    pipelineHash: engine.pipelines.get('notes').hash,
    startedAt: now,
    nextAt: laterAt,
    scan: { position: null, ended: false, nextNumber: count + 1, selected: count * 100 },
  };
  await store.collection<Run>('runs').insertOne(run);
  const page = 1_000;
  for (let from = 1; from <= count; from += page) {
    const numbers = Array.from({ length: Math.min(page, count - from + 1) }, (_, index) => from + index);
    await store.collection<Claim>('claims').insertMany(numbers.map((number) => claimOf(number)));
    await store.collection<Batch>('batches').insertMany(numbers.map((number) => batchOf(number)));
  }

  function claimOf(number: number): Claim {
    const about = {
      kind: 'scan',
      previousClaimId: null,
      positionAfter: null,
      scanEnds: false,
      members: `m${number}`,
      traceparent: null,
    } as const;
    const isDone = number <= count / 2;
    return {
      ...claims.new(runId, number, about),
      state: isDone ? 'done' : 'built',
      documents: 100,
      batches: 1,
      counts: isDone ? { succeeded: 100, failed: 0, left: 0, takenOver: 0 } : null,
      nextAt: laterAt,
      updatedAt: new Date(now.getTime() - (count - number) * 1_000),
    };
  }

  function batchOf(number: number): Batch {
    const claimId = claims.idOf(runId, number);
    const batch = batches.new({
      runId,
      claimId,
      pipeline: 'notes',
      number: 1,
      positionAfter: { members: 0, functions: 0 } as unknown as Batch['positionAfter'],
      last: true,
      file: `f${number}`,
      fileBytes: 20_000,
      manifest: `x${number}`,
      url: '/v1/chat/completions',
      model: 'gpt-4o-mini',
      documents: 100,
      requests: 100,
      unrendered: 0,
      inputTokens: 5_000,
      completionWindow: '24h',
      traceparent: null,
    });
    const createdAt = new Date(now.getTime() - (count - number) * 1_000);
    const isIngested = number <= count / 2;
    const isBuilt = number > count - 20;
    const at = { createdAt, updatedAt: createdAt, nextAt: laterAt };
    if (isBuilt) return { ...batch, ...at };
    const provider = {
      providerBatchId: `batch_${number}`,
      state: isIngested ? 'completed' : 'in_progress',
      inputFileId: `file_${number}`,
      outputFileId: null,
      errorFileId: null,
      submittedAt: createdAt,
      createdAt,
      endedAt: isIngested ? new Date(createdAt.getTime() + 600_000) : null,
      expiresAt: new Date(createdAt.getTime() + completionWindowMs('24h')),
      counts: { total: 100, completed: isIngested ? 100 : 0, failed: 0 },
    } as unknown as Batch['provider'];
    const ingestion = { ...batch.ingestion, succeeded: 100, tokens: { input: 5_000, output: 2_000 } };
    return {
      ...batch,
      ...at,
      provider,
      ...(isIngested ? { state: 'ingested', reason: 'completed', ingestion } : { state: 'submitted' }),
    };
  }
}

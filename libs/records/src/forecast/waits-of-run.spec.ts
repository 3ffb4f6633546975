import { afterAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@batchmill/testing';
import { EmbeddedStore } from '@batchmill/store/embedded';
import type { BatchOutline } from '../batch-outline.js';
import type { Held } from '../held.js';
import { Runs, type Run } from '../runs.js';
import { workOf } from './run-work.js';
import { describeWait, obstacleIn, useText, waitsOf, type SharedQueue, type WaitFacts } from './waits-of-run.js';

const clock = new ManualClock();
const now = clock.now();
const at = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const model = 'text-embedding-3-small';
const unlimited = { tokens: null, requests: null, fileBytes: null, fileRequests: null };

const store = EmbeddedStore.open({ file: ':memory:' });
afterAll(() => store.close());
const created = new Runs(store, clock).new('r', { pipeline: 'notes' }, null);
const running = (fields: Partial<Run> = {}): Run => ({
  ...created,
  state: 'running',
  scan: { ...created.scan, ended: true },
  ...fields,
});
const batch = (fields: Partial<BatchOutline> = {}): BatchOutline => ({
  _id: 'r.c1.b1',
  runId: 'r',
  claimId: 'r.c1',
  number: 1,
  state: 'built',
  model,
  url: '/v1/embeddings',
  documents: 1,
  requests: 1,
  inputTokens: 200_000,
  fileBytes: 1,
  completionWindow: '24h',
  parked: false,
  backoffUntil: new Date(0),
  createdAt: now,
  updatedAt: now,
  submission: { attempt: 1 },
  ingestion: { succeeded: 0, failed: 0, retried: 0, retryAt: null },
  ...fields,
});
const held = (fields: Partial<Held>): { held: Held } => ({
  held: { about: 'moment', code: null, message: 'later', since: at(-3), times: 1, ...fields },
});
const submitted = batch({
  _id: 'sent',
  state: 'submitted',
  provider: { submittedAt: at(-5), createdAt: at(-5), endedAt: null, counts: { total: 1, completed: 0, failed: 0 } },
});
const queue = (fields: Partial<SharedQueue>): SharedQueue => ({
  held: 2_900_000,
  heldRequests: 10,
  limits: { ...unlimited, tokens: 3_000_000 },
  waiting: new Map([['r.c1.b1', at(-2)]]),
  ...fields,
});

function waits(batches: readonly BatchOutline[], facts: Partial<WaitFacts> & { run?: Run } = {}) {
  const run = facts.run ?? running();
  const work = workOf(run, [], batches);
  return waitsOf({ work, queues: new Map(), rates: new Map(), outages: [], rooms: new Map(), now, ...facts, run });
}
const said = (...made: Parameters<typeof waits>): string[] =>
  waits(...made).map((wait) => describeWait(wait, now).join(', '));

describe('what a run waits for', () => {
  it('M1: a full queue, by how much, and when it has room', () => {
    const facts = { queues: new Map([[model, queue({})]]), rooms: new Map([[model, at(40)]]) };

    expect(said([batch(), submitted], facts)).toEqual([
      `queue full: 2.9 of 3.0 M tokens of ${model}, next room in about 40 min, 1 batch to send`,
      'for the provider, 1 batch there',
    ]);
  });

  it('M1: a queue that is full of requests, and one of which the provider names no limit', () => {
    const limits = { ...unlimited, tokens: 3_000_000, requests: 10 };
    const requests = { queues: new Map([[model, queue({ limits })]]) };
    const refused = batch({ ...held({ about: 'queue', message: 'too much' }), backoffUntil: at(2) });

    expect(said([batch()], requests)).toEqual([`queue full: 10 of 10 requests of ${model}, 1 batch to send`]);
    expect(said([refused])).toEqual([
      `queue full: the provider takes no more of ${model}, next room in about 2 min, 1 batch to send`,
    ]);
  });

  it('M1: room that batches did not ask for is not waited for', () => {
    expect(waits([batch()], { queues: new Map([[model, queue({ waiting: new Map() })]]) })).toEqual([]);
  });

  it('M4: a spending limit, in its words', () => {
    expect(said([batch(held({ about: 'limit', message: 'the spending limit of the run has no room' }))])).toEqual([
      'the spending limit of the run has no room, 1 batch',
    ]);
  });

  it('X4: the rate limit of a model, and the time for which the provider asked to send nothing', () => {
    const rate = { perMinute: { requests: 3_000, tokens: 1_000_000 }, nextAt: at(0.5), isStopped: false };
    const inLane = batch({ synchronous: { offset: 0 } });

    expect(said([inLane], { rates: new Map([[model, rate]]) })).toEqual([
      `rate limit of ${model}: next call in 30 s, 3,000 requests and 1,000,000 tokens a minute`,
    ]);
    expect(said([batch()], { rates: new Map([[null, { ...rate, isStopped: true }]]) })).toEqual([
      'rate limit of files and batches: next call in 30 s, the provider asked to send nothing until then',
    ]);
  });

  it('Y5: what needs a person comes first, and makes that no end can be told', () => {
    const account = batch({ _id: 'refused', ...held({ about: 'account', code: 'insufficient_quota' }) });
    const found = waits([submitted, account], { run: running({ pausedAt: at(-1), pauseReason: 'failures' }) });

    expect(found.map(({ for: kind }) => kind)).toEqual(['pause', 'account', 'provider']);
    expect(obstacleIn(found)).toBe('the run is paused');
    expect(obstacleIn(waits([submitted]))).toBeNull();
  });

  it('Y5: the dependency that is unavailable, and work that is tried again', () => {
    const error = { code: 'provider.unavailable', message: 'listBatches: no answer', at: at(-1) } as const;
    const unreachable = batch({ error: { ...error, kind: 'ConnectionError' }, backoffUntil: at(0.5) });
    const failed = batch({ error: { ...error, kind: 'ProcessingError', message: 'odd' }, backoffUntil: at(0.5) });

    expect(said([unreachable])).toEqual(['listBatches: no answer, tried again in 30 s']);
    expect(said([failed])).toEqual(['odd, tried again in 30 s']);
    expect(said([], { outages: [{ message: 'the store: no answer', since: at(-1) }] })).toEqual([
      'the store: no answer',
    ]);
  });

  it('Y5: its trial, the provider, and the time of a retry', () => {
    const trial = running({ scan: { ...created.scan, awaitsTrial: true } });
    const retried = batch({
      state: 'ingested',
      ingestion: { succeeded: 0, failed: 0, retried: 1, retryAt: at(3) },
    });

    expect(said([submitted], { run: trial })).toEqual(['for an answer to the trial']);
    expect(said([retried])).toEqual(['for the time of a retry, due in 3 min']);
  });

  it('Y5: nothing, once it has ended, and a chunk-scanner before it begins', () => {
    expect(waits([submitted], { run: running({ state: 'finished' }) })).toEqual([]);
    expect(said([], { run: created })).toEqual(['for a chunk-scanner to take the run']);
  });
});

it.each([
  [2_900_000, 3_000_000, '2.9 of 3.0 M tokens'],
  [85_000, 90_000, '85.0 of 90.0 k tokens'],
  [180_000, 200_000, '180 of 200 k tokens'],
  [950, 1_000, '950 of 1,000 tokens'],
])('M1: %d of %d is written in the unit of the limit: %s', (held, limit, text) => {
  expect(useText({ held, limit, unit: 'tokens' })).toBe(text);
});

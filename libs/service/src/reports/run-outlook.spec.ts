import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { notIngested, type Batch, type Claim, type DocumentCounts, type Run } from '@batchmill/records';
import { TestEngine } from '@batchmill/testing';
import { noProspect } from './prospect.js';
import { RunOutlooks } from './run-outlook.js';

const now = new Date('2026-01-01T10:10:00Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

describe('what comes next in a run', () => {
  let bundle: TestEngine;
  let run: Run;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [] });
    const created = bundle.engine.runs.new('r', { pipeline: 'notes' }, null);
    run = { ...created, state: 'running', scan: { ...created.scan, ended: true } };
  });
  afterEach(() => bundle.close());

  const claim = (number: number, changes: Partial<Claim> = {}): Claim => ({
    ...bundle.engine.claims.new('r', number, {
      kind: 'scan',
      previousClaimId: null,
      positionAfter: null,
      scanEnds: true,
      members: null,
      traceparent: null,
    }),
    state: 'built',
    documents: 100,
    ...changes,
  });

  const batch = (claimId: string, changes: Partial<Batch> = {}): Batch => ({
    ...bundle.engine.batches.new({
      runId: 'r',
      claimId,
      pipeline: 'notes',
      number: 1,
      positionAfter: { model: 0, member: 0 },
      last: true,
      file: 'file',
      fileBytes: 1,
      manifest: 'manifest',
      url: '/v1/embeddings',
      model: 'text-embedding-3-small',
      documents: 100,
      requests: 100,
      unrendered: 0,
      inputTokens: 1,
      completionWindow: '24h',
      traceparent: null,
    }),
    ...changes,
  });

  const submitted = (since: Date, nextAt: Date): Partial<Batch> => ({
    state: 'submitted',
    nextAt,
    provider: {
      providerBatchId: 'batch_1',
      key: 'key',
      submittedAt: since,
      state: 'in_progress',
      inputFileId: null,
      outputFileId: null,
      errorFileId: null,
      createdAt: since,
      expiresAt: null,
      endedAt: null,
      counts: { total: 100, completed: 0, failed: 0 },
      polls: 0,
    },
  });

  const ingested = (retried: number, retryAt: Date | null = null): Partial<Batch> => ({
    ...submitted(at(-300), at(0)),
    state: 'ingested',
    updatedAt: at(-10),
    ingestion: { ...notIngested, succeeded: 100 - retried, retried, retryAt },
  });

  function outlooks(claims: readonly Claim[], batches: readonly Batch[]): RunOutlooks {
    const found = new RunOutlooks();
    for (const each of claims) found.addClaim(each);
    for (const each of batches) found.addBatch(each);
    return found;
  }

  it('documents of a claim count as processed when their batches are ingested, but for those requested again', () => {
    const counts: DocumentCounts = { succeeded: 90, failed: 5, left: 3, takenOver: 2 };
    const found = outlooks(
      [claim(1, { state: 'done', counts }), claim(2), claim(3), claim(4, { state: 'sealed' })],
      [batch('r.c2', ingested(4)), batch('r.c3', submitted(at(-60), at(5)))],
    );

    expect(found.processed).toBe(100 + 96);
    expect(found.batches).toEqual({ built: 0, submitted: 1, settled: 0, ended: 1 });
  });

  it('a document in batches of two models is processed when both are ingested', () => {
    const found = outlooks([claim(1)], [batch('r.c1', ingested(0)), batch('r.c1', submitted(at(-60), at(5)))]);

    expect(found.processed).toBe(0);
  });

  it('requests count as retrying once, from the first failure until their retry has ended', () => {
    const first = [claim(1), batch('r.c1', ingested(4, at(30)))] as const;
    const retry = claim(2, { kind: 'retry', previousClaimId: 'r.c1', documents: 4 });
    const done = { ...first[0], state: 'done', counts: { succeeded: 96, failed: 0, left: 0, takenOver: 0 } } as const;
    const sent = batch('r.c2', { ...submitted(at(-5), at(5)), documents: 4, requests: 4 });

    expect(outlooks([first[0]], [first[1]]).retrying).toBe(4);
    expect(outlooks([first[0], { ...retry, state: 'open' }], [first[1]]).retrying).toBe(4);
    expect(outlooks([done, retry], [first[1], sent]).retrying).toBe(4);
    expect(outlooks([done, { ...retry, state: 'done', counts: done.counts }], [first[1]]).retrying).toBe(0);
  });

  it('Y5: says since when the provider has a batch, when one is polled next, and when the last window ends', () => {
    const found = outlooks(
      [claim(1), claim(2)],
      [batch('r.c1', submitted(at(-60), at(5))), batch('r.c2', submitted(at(-30), at(2)))],
    );

    expect(found.of(run, noProspect)).toMatchObject({
      atProviderSince: at(-60).toISOString(),
      nextPollAt: at(2).toISOString(),
      windowEndsAt: at(-30 + 24 * 3600).toISOString(),
      retryAt: null,
    });
  });

  it('says when the first retries are due, once all batches of their claim are ingested', () => {
    const retried = batch('r.c1', ingested(4, at(30)));

    expect(outlooks([claim(1)], [retried]).of(run, noProspect).retryAt).toBe(at(30).toISOString());
    expect(outlooks([claim(1)], [retried, batch('r.c1')]).of(run, noProspect).retryAt).toBeNull();
  });
});

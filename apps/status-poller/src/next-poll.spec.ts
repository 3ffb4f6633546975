import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CompletionWindow } from '@batchmill/contracts';
import { definePipeline } from '@batchmill/pipeline';
import type { ProviderBatch } from '@batchmill/provider';
import { providerBatchInfoOf, type Batch } from '@batchmill/records';
import { TestEngine, builtBatch } from '@batchmill/testing';
import { NextPoll } from './next-poll.js';

const hourMs = 3_600_000;
const notes = definePipeline({
  name: 'notes',
  source: { collection: 'notes' },
  embeddings: { dimensions: 8, text: 'text', vectors: { collection: 'notes' } },
});

describe('the next poll', () => {
  let bundle: TestEngine;
  let submittedAt: Date;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [notes] });
    submittedAt = bundle.clock.now();
  });
  afterEach(() => bundle.close());

  it.each<[CompletionWindow, number]>([
    ['24h', 24],
    ['48h', 48],
    ['7d', 168],
  ])('a batch with the window %s is overdue after %d hours and the grace period', async (completionWindow, hours) => {
    await submitted({ completionWindow }, {});

    bundle.clock.advance((hours + 1) * hourMs - 60_000);
    expect((await polled({})).failure).toBeNull();

    bundle.clock.advance(61_000);
    expect((await polled({})).failure).toMatchObject({ code: 'batch.overdue' });
  });

  it('what the provider says of the end of a batch counts before the window that was asked for', async () => {
    const provider = { createdAt: at(0), expiresAt: at(48) };
    await submitted({ completionWindow: '24h' }, provider);

    bundle.clock.advance(48 * hourMs);
    expect((await polled(provider)).failure).toBeNull();

    bundle.clock.advance(hourMs + 1_000);
    expect((await polled(provider)).failure).toMatchObject({ code: 'batch.overdue' });
  });

  it('the provider’s clock may differ from ours', async () => {
    const provider = { createdAt: at(-500), expiresAt: at(-476) };
    await submitted({ completionWindow: '48h' }, provider);

    bundle.clock.advance(24 * hourMs);
    expect((await polled(provider)).failure).toBeNull();

    bundle.clock.advance(hourMs + 1_000);
    expect((await polled(provider)).failure).toMatchObject({ code: 'batch.overdue' });
  });

  it('a provider that names no time of creation, and so seems to create the batch at each poll, does not make it overdue', async () => {
    await submitted({ completionWindow: '24h' }, { createdAt: at(0), expiresAt: at(24) });

    for (const hour of [8, 16, 24]) {
      bundle.clock.advance(8 * hourMs);
      expect((await polled({ createdAt: at(hour), expiresAt: at(24) })).failure).toBeNull();
    }
  });

  it('an end that is not after the creation is none', async () => {
    const provider = { createdAt: at(0), expiresAt: at(0) };
    await submitted({ completionWindow: '24h' }, provider);

    bundle.clock.advance(24 * hourMs);

    expect((await polled(provider)).failure).toBeNull();
  });

  it('a state that is not known is logged once per word, kept, and named when the batch is overdue', async () => {
    await submitted({ completionWindow: '24h' }, {});

    await polled({ unknownState: 'preparing' });
    await polled({ unknownState: 'preparing' });
    expect((await polled({ unknownState: 'reticulating' })).provider).toMatchObject({
      state: 'in_progress',
      unknownState: 'reticulating',
    });
    bundle.clock.advance(25 * hourMs + 1_000);
    const { failure } = await polled({ unknownState: 'reticulating' });

    const warnings = bundle.log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ fields }) => fields['state'])).toEqual(['preparing', 'reticulating']);
    expect(failure?.message).toMatch(/within 24h and the grace period; the provider says "reticulating"$/);
  });

  function at(hours: number): Date {
    return new Date(submittedAt.getTime() + hours * hourMs);
  }

  /** Polls the batch once, as the stage does when the provider answers with these fields. */
  async function polled(fields: Partial<ProviderBatch>): Promise<Batch> {
    const { batches, pipelines, engineSettings, clock, log } = bundle.engine;
    const leased = await bundle.lease(batches, 'r.c1.b1');
    const nextPoll = new NextPoll(pipelines, engineSettings, clock, log);
    const watched = { batch: leased, run: null };
    await bundle.collect(
      only(
        nextPoll.wait(watched, leased.data.provider!, answered(fields), {
          stall: null,
          overtakeAt: null,
          idle: { changes: {}, limitMs: null, event: null },
        }),
      ),
    );
    return (await batches.get('r.c1.b1'))!;
  }

  async function submitted(record: Pick<Batch, 'completionWindow'>, fields: Partial<ProviderBatch>): Promise<void> {
    const { batches } = bundle.engine;
    const built = batches.new({ ...builtBatch, documents: 2, requests: 2, ...record });
    const provider = providerBatchInfoOf(answered(fields), { key: 'key', submittedAt, polls: 0 });
    await batches.insert({ ...built, state: 'submitted', provider }).apply([]);
  }

  function answered(fields: Partial<ProviderBatch>): ProviderBatch {
    return {
      id: 'batch_1',
      state: 'in_progress',
      unknownState: null,
      endpoint: '/v1/embeddings',
      model: null,
      inputFileId: 'file-1',
      outputFileId: null,
      errorFileId: null,
      createdAt: submittedAt,
      expiresAt: null,
      inProgressAt: null,
      endedAt: null,
      counts: { total: 2, completed: 0, failed: 0 },
      usage: null,
      errors: [],
      metadata: {},
      ...fields,
    };
  }
});

async function* only<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
}

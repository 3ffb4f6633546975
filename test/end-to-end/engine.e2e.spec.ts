import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { TestEngine } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';

describe('the engine', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    bundle = await TestEngine.open({ pipelines: [notes], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    return bundle;
  }

  it('E2 E4 R6: every document is embedded once, and marked', async () => {
    const { engine, simulator } = await opened(35);

    const run = await runToTheEnd(bundle, { runId: 'embed', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 35, failed: 0, left: 0 } } });
    expect(await engine.vectors.count('notes')).toBe(35);
    const documents = engine.documentStore.collection('notes');
    expect(await documents.count({ embedding_status: 'completed' })).toBe(35);
    const ledger = await ledgerOf(simulator.url);
    expect(ledger).toMatchObject({ requests: 35, twice: [], files: [] });
  });

  it('I2 I3: three requests of one document give three answers on that document', async () => {
    const { engine, simulator } = await opened(12);

    const run = await runToTheEnd(bundle, { runId: 'infer', pipeline: 'notes', endpoint: 'inference' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 12 }, requests: 36 } });
    for await (const document of engine.documentStore.collection('notes').find({})) {
      const answers = document['answers'] as { by: string; text: string }[];
      expect(answers.map(({ by }) => by).sort()).toEqual(['qa_0', 'qa_1', 'summary']);
      expect(document['ai_status']).toBe('completed');
    }
    expect(await ledgerOf(simulator.url)).toMatchObject({ requests: 36, twice: [] });
  });

  it('E1: a run that finds nothing finishes with total 0', async () => {
    await opened(3);

    const parameters = { topics: ['nothing of that kind'] };
    const run = await runToTheEnd(bundle, { runId: 'none', pipeline: 'notes', endpoint: 'embeddings', parameters });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 0, failed: 0 }, batches: 0 } });
  });

  it('R2: a limit counts documents', async () => {
    const { simulator } = await opened(30);

    const run = await runToTheEnd(bundle, { runId: 'some', pipeline: 'notes', endpoint: 'embeddings', limit: 13 });

    expect(run.totals?.documents.succeeded).toBe(13);
    expect(await ledgerOf(simulator.url)).toMatchObject({ requests: 13 });
  });

  it('a second run over the same documents embeds nothing again', async () => {
    const { simulator } = await opened(15);
    await runToTheEnd(bundle, { runId: 'first', pipeline: 'notes', endpoint: 'embeddings' });

    const second = await runToTheEnd(bundle, { runId: 'second', pipeline: 'notes', endpoint: 'embeddings' });

    expect(second.totals?.documents.succeeded).toBe(0);
    expect(await ledgerOf(simulator.url)).toMatchObject({ requests: 15, twice: [] });
  });
});

async function ledgerOf(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/admin/ledger`);
  return (await response.json()) as Record<string, unknown>;
}

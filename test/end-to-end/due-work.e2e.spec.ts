import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NotifierModule } from '@batchmill/notifier';
import { serveStages } from '@batchmill/service';
import { TestEngine, builtBatch } from '@batchmill/testing';
import { notes } from './notes-pipeline.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A service of one stage, and work for another one that runs nowhere. */
describe('GET /due', () => {
  let bundle: TestEngine;
  let served: Awaited<ReturnType<typeof serveStages>>;

  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [notes], comparesBooks: false });
    served = await serveStages(bundle.engine, [NotifierModule], { port: 0, exposition: async () => '' });
  });
  afterEach(async () => {
    await served.close();
    await bundle.close();
  });

  async function ask(path: string): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${new URL(served.url).port}${path}`);
    return { status: response.status, body: await response.json() };
  }

  it('S5: every service answers for a stage that runs nowhere', async () => {
    const { batches } = bundle.engine;
    const batch = batches.new(builtBatch);
    await batches.insert({ ...batch, state: 'settled' }).apply([]);
    bundle.clock.advance(34_000);

    const { status, body } = await ask('/due/result-ingester');

    expect(status).toBe(200);
    expect(body).toEqual({
      stage: 'result-ingester',
      due: 1,
      since: batch.nextAt.toISOString(),
      seconds: expect.any(Number),
    });
    expect((body as { seconds: number }).seconds).toBeGreaterThanOrEqual(34);
  });

  it('S5: lists all stages', async () => {
    const { status, body } = await ask('/due');

    expect(status).toBe(200);
    expect((body as { stages: { stage: string }[] }).stages.map(({ stage }) => stage)).toEqual([
      'batch-submitter',
      'chunk-scanner',
      'jsonl-builder',
      'notifier',
      'result-ingester',
      'status-poller',
    ]);
    expect(await ask('/due/jsonl-builder')).toEqual({
      status: 200,
      body: { stage: 'jsonl-builder', due: 0, since: null, seconds: 0 },
    });
  });

  it.each(['entity-linker', 'ingester'])('S5: refuses a name that is not of a stage with records: %s', async (name) => {
    const { status, body } = await ask(`/due/${name}`);

    expect(status).toBe(404);
    expect((body as { message: string }).message).toMatch(new RegExp(`^found ${name}, expected .* status-poller$`));
    expect((body as { stages: string[] }).stages).toContain('result-ingester');
  });

  it('S5: says that it does not know while the store does not answer', async () => {
    await bundle.engine.store.close();

    expect((await ask('/due/notifier')).status).toBe(503);
  });
});

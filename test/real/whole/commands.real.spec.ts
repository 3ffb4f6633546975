import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunPauseRequested, RunResumeRequested } from '@batchmill/contracts/events';
import { ServiceProcess, eventually } from '@batchmill/testing';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebhookReceiver } from '../../../apps/notifier/src/testing/webhook-receiver.js';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 600_000;
const documents = 400;

describe('commands, schedules and consumers on the real servers', () => {
  let engine: RealEngine;
  let hook: WebhookReceiver;

  beforeEach(async () => {
    hook = await WebhookReceiver.open();
  });
  afterEach(async () => {
    await engine.close();
    await hook.close();
  }, 120_000);

  it(
    'R10 N1: a run is paused, resumed and redone while services are killed; each document is processed once per run, and each end is notified',
    async () => {
      engine = await RealEngine.open({
        env: {
          NOTES_BATCH_SIZE: '20',
          BATCHMILL_MAX_WAITING_BATCHES: '2',
          NOTIFICATION_WEBHOOK: hook.url,
          NOTIFICATION_ALLOW_PRIVATE: 'true',
        },
      });
      await engine.addNotes('weirs', documents);
      await engine.start(...stageNames);

      const first = await engine.requestRun('weirs', 'inference');
      await eventually('the first batch', async () => (await engine.simulator.ledger()).batches.length > 0, timeoutMs);
      await engine.publish(new RunPauseRequested({ runId: first }));
      const batchCount = await batchesAtRest(first);
      expect(batchCount).toBeLessThan(documents / 20);
      expect(await batchesAtRest(first)).toBe(batchCount);
      await engine.publish(new RunResumeRequested({ runId: first }));
      const ended = await engine.endOf(first, timeoutMs);

      const again = await engine.requestRun('weirs', 'inference', { runId: 'weirs-again', redo: 'all' });
      for (const name of ['chunk-scanner', 'result-ingester', 'batch-submitter'] as const) {
        // It may have ended before the last is killed.
        const hasBegun = async (): Promise<boolean> => (await engine.runOf(again))?.['startedAt'] instanceof Date;
        await eventually(`the beginning of ${again}`, hasBegun, timeoutMs);
        for (const service of engine.of(name)) await engine.kill(service);
        await engine.start(name);
      }
      const redone = await engine.endOf(again, timeoutMs);

      for (const run of [ended, redone]) {
        expect(run['totals']).toMatchObject({ documents: { succeeded: documents, failed: 0, left: 0, takenOver: 0 } });
      }
      expect(await engine.statesOf('weirs', 'ai_status')).toEqual({ completed: documents });
      const twice = { topic: 'weirs', 'answers.1': { $exists: true }, 'answers.2': { $exists: false } };
      expect(await engine.documents.collection('notes').count(twice)).toBe(documents);
      // Each was billed by both runs, and by each of them once.
      const ledger = await engine.simulator.ledger();
      expect(ledger.requests).toBe(2 * documents);
      expect(ledger.twice).toEqual(Array.from({ length: documents }, () => expect.objectContaining({ times: 2 })));
      await eventually('the notifications of both ends', () => notificationsOf('run.ended').length === 2, timeoutMs);
      expect(notificationsOf('run.ended')).toMatchObject([{ runId: first }, { runId: again }]);
      expect(notificationsOf('work.parked')).toEqual([]);
    },
    timeoutMs * 3,
  );

  it(
    'R3: a scheduled run is started once, though two scanners run',
    async () => {
      engine = await RealEngine.open({ env: { NOTES_BATCH_SIZE: '20' } });
      const folder = join(engine.folder, 'pipelines');
      await mkdir(join(folder, 'minutely'), { recursive: true });
      await writeFile(join(folder, 'minutely/minutely.pipeline.ts'), minutely(engine.collection));
      await engine.addNotes('clocks', 30);
      const env = { BATCHMILL_PIPELINES: folder };
      for (const name of [...stageNames, 'chunk-scanner'] as const) await engine.startOne(name, { env });

      const runs = engine.state.collection('runs');
      await eventually('a run', async () => (await runs.count({ state: 'finished' })) > 0, timeoutMs, 200);
      const [started] = await Array.fromAsync(runs.find({}, { sort: { _id: 1 } }));

      expect(started).toMatchObject({ pipeline: 'minutely', totals: { documents: { succeeded: 30 } } });
      const times = (await Array.fromAsync(runs.find({}))).map(({ _id }) => String(_id));
      expect(new Set(times).size).toBe(times.length);
      expect(await engine.simulator.ledger()).toMatchObject({ requests: 30, twice: [] });
    },
    timeoutMs * 2,
  );

  it(
    'S7 I4: a consumer outside the engine requests its run and handles its answers',
    async () => {
      engine = await RealEngine.open();
      const groups = Array.from({ length: 30 }, (_, index) => ({
        _id: `story-${index}`,
        story_group_id: index % 20,
        stories: [{ title: `Mill ${index}`, text: `Mill ${index} opens by the river.` }],
      }));
      await engine.documents.collection('story_groups').insertMany(groups);
      await engine.documents
        .collection('entities')
        .insertMany([{ _id: 'e1', name: 'Mill', aliases: [], type: 'place' }]);
      await engine.start(...stageNames);
      engine.services.push(await ServiceProcess.start('entity-linker', engine.env));

      for (const rows of ['story_topics', 'story_entities']) {
        const written = engine.documents.collection(rows);
        const whole = async (): Promise<boolean> => {
          const found = await Array.fromAsync(written.find({}));
          const parts = found.flatMap((row) => row['documents'] as unknown[]);
          return found.length === 20 && parts.length === groups.length;
        };
        await eventually(`20 rows of 30 documents in ${rows}`, whole, timeoutMs, 200);
      }

      expect(await engine.simulator.ledger()).toMatchObject({ requests: 2 * groups.length, twice: [] });
    },
    timeoutMs * 2,
  );

  /** The number of batches at the provider once the run is paused, all of them are ingested, and the scanner has polled the run twice since. */
  async function batchesAtRest(runId: string): Promise<number> {
    const batches = engine.state.collection('batches');
    await eventually(
      'a paused run without batches in progress',
      async () => {
        const inProgress = await batches.count({ runId, state: { $in: ['submitted', 'settled'] } });
        return inProgress === 0 && (await engine.runOf(runId))?.['pausedAt'] instanceof Date;
      },
      timeoutMs,
    );
    const fence = Number((await engine.runOf(runId))?.['fence']);
    const hasPolled = async (): Promise<boolean> => Number((await engine.runOf(runId))?.['fence']) > fence + 1;
    await eventually('two more polls of the run', hasPolled, timeoutMs);
    return (await engine.simulator.ledger()).batches.length;
  }

  function notificationsOf(type: string): unknown[] {
    return hook.posts
      .map(({ body }) => JSON.parse(body) as { type: string; data: object })
      .filter((notification) => notification.type === type)
      .map(({ data }) => data);
  }
});

function minutely(collection: string): string {
  return `
    import { definePipeline } from '@batchmill/pipeline';

    export default definePipeline({
      name: 'minutely',
      source: { collection: 'notes', parentIdField: 'book' },
      embeddings: { text: 'text', dimensions: 16, vectors: { collection: '${collection}' } },
      schedule: { cron: '* * * * *' },
    });
  `;
}

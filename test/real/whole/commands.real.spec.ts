import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunPauseRequested, RunResumeRequested } from '@batchmill/contracts';
import { ServiceProcess, eventually } from '@batchmill/testing';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebhookReceiver } from '../../../apps/notifier/src/testing/webhook-receiver.js';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 600_000;
const documents = 400;

describe('wishes, schedules and consumers on the real servers', () => {
  let line: RealEngine;
  let hook: WebhookReceiver;

  beforeEach(async () => {
    hook = await WebhookReceiver.open();
  });
  afterEach(async () => {
    await line.close();
    await hook.close();
  }, 120_000);

  it(
    'R10 N1: a run is paused, goes on, and is done again, with services killed meanwhile; each document is done as often as it was asked for, and people are told',
    async () => {
      line = await RealEngine.open({
        env: {
          NOTES_BATCH_SIZE: '20',
          BATCHMILL_MAX_WAITING_BATCHES: '2',
          NOTIFICATION_WEBHOOK: hook.url,
          NOTIFICATION_ALLOW_PRIVATE: 'true',
        },
      });
      await line.addNotes('weirs', documents);
      await line.start(...stageNames);

      const first = await line.ask('weirs', 'inference');
      await eventually('the first batch', async () => (await line.simulator.ledger()).batches.length > 0, timeoutMs);
      await line.say(new RunPauseRequested({ runId: first }));
      const stood = await batchesAtRest(first);
      expect(stood).toBeLessThan(documents / 20);
      expect(await batchesAtRest(first)).toBe(stood);
      await line.say(new RunResumeRequested({ runId: first }));
      const ended = await line.endOf(first, timeoutMs);

      const again = await line.ask('weirs', 'inference', { runId: 'weirs-again', redo: 'all' });
      for (const name of ['chunk-scanner', 'result-ingester', 'batch-submitter'] as const) {
        // It may have ended before the last is killed.
        const hasBegun = async (): Promise<boolean> => (await line.runOf(again))?.['startedAt'] instanceof Date;
        await eventually(`the beginning of ${again}`, hasBegun, timeoutMs);
        for (const service of line.of(name)) await line.kill(service);
        await line.start(name);
      }
      const redone = await line.endOf(again, timeoutMs);

      for (const run of [ended, redone]) {
        expect(run['totals']).toMatchObject({ documents: { succeeded: documents, failed: 0, left: 0, takenOver: 0 } });
      }
      expect(await line.statesOf('weirs', 'ai_status')).toEqual({ completed: documents });
      const twice = { topic: 'weirs', 'answers.1': { $exists: true }, 'answers.2': { $exists: false } };
      expect(await line.documents.collection('notes').count(twice)).toBe(documents);
      // Each was billed by both runs, and by each of them once.
      const ledger = await line.simulator.ledger();
      expect(ledger.requests).toBe(2 * documents);
      expect(ledger.twice).toEqual(Array.from({ length: documents }, () => expect.objectContaining({ times: 2 })));
      await eventually('both ends told', () => toldOf('run.ended').length === 2, timeoutMs);
      expect(toldOf('run.ended')).toMatchObject([{ runId: first }, { runId: again }]);
      expect(toldOf('work.parked')).toEqual([]);
    },
    timeoutMs * 3,
  );

  it(
    'R3: of two scanners one starts a scheduled run, once',
    async () => {
      line = await RealEngine.open({ env: { NOTES_BATCH_SIZE: '20' } });
      const folder = join(line.folder, 'pipelines');
      await mkdir(join(folder, 'minutely'), { recursive: true });
      await writeFile(join(folder, 'minutely/minutely.pipeline.ts'), minutely(line.collection));
      await line.addNotes('clocks', 30);
      const env = { BATCHMILL_PIPELINES: folder };
      for (const name of [...stageNames, 'chunk-scanner'] as const) await line.startOne(name, { env });

      const runs = line.state.collection('runs');
      await eventually('a run', async () => (await runs.count({ state: 'finished' })) > 0, timeoutMs, 200);
      const [started] = await Array.fromAsync(runs.find({}, { sort: { _id: 1 } }));

      expect(started).toMatchObject({ pipeline: 'minutely', totals: { documents: { succeeded: 30 } } });
      const times = (await Array.fromAsync(runs.find({}))).map(({ _id }) => String(_id));
      expect(new Set(times).size).toBe(times.length);
      expect(await line.simulator.ledger()).toMatchObject({ requests: 30, twice: [] });
    },
    timeoutMs * 2,
  );

  it(
    'S7 I4: a consumer of its own asks for its run, and takes its answers up',
    async () => {
      line = await RealEngine.open();
      const groups = Array.from({ length: 30 }, (_, index) => ({
        _id: `story-${index}`,
        story_group_id: index % 20,
        stories: [{ title: `Mill ${index}`, text: `Mill ${index} opens by the river.` }],
      }));
      await line.documents.collection('story_groups').insertMany(groups);
      await line.documents.collection('entities').insertMany([{ _id: 'e1', name: 'Mill', aliases: [], type: 'place' }]);
      await line.start(...stageNames);
      line.services.push(await ServiceProcess.start('entity-linker', line.env));

      for (const rows of ['story_topics', 'story_entities']) {
        const written = line.documents.collection(rows);
        const whole = async (): Promise<boolean> => {
          const found = await Array.fromAsync(written.find({}));
          const parts = found.flatMap((row) => row['documents'] as unknown[]);
          return found.length === 20 && parts.length === groups.length;
        };
        await eventually(`20 rows of 30 documents in ${rows}`, whole, timeoutMs, 200);
      }

      expect(await line.simulator.ledger()).toMatchObject({ requests: 2 * groups.length, twice: [] });
    },
    timeoutMs * 2,
  );

  /** How many batches there are at the provider once the run is paused, none of them is on its way, and the scanner has looked at the run twice since. */
  async function batchesAtRest(runId: string): Promise<number> {
    const batches = line.state.collection('batches');
    await eventually(
      'everything at rest',
      async () => {
        const underWay = await batches.count({ runId, state: { $in: ['submitted', 'settled'] } });
        return underWay === 0 && (await line.runOf(runId))?.['pausedAt'] instanceof Date;
      },
      timeoutMs,
    );
    const fence = Number((await line.runOf(runId))?.['fence']);
    const hasLooked = async (): Promise<boolean> => Number((await line.runOf(runId))?.['fence']) > fence + 1;
    await eventually('two more looks at the run', hasLooked, timeoutMs);
    return (await line.simulator.ledger()).batches.length;
  }

  function toldOf(type: string): unknown[] {
    return hook.posts
      .map(({ body }) => JSON.parse(body) as { type: string; data: object })
      .filter((told) => told.type === type)
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

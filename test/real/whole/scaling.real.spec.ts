import { afterEach, describe, expect, it } from '@jest/globals';
import { ScaledStage, eventually } from '@batchmill/testing';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 900_000;
const documents = 600;
const batchSize = 10;

describe('a stage that is scaled by its due work', () => {
  let engine: RealEngine;
  afterEach(() => engine.close(), 120_000);

  it(
    'S5: replicas come with the work and go while they work, to zero in the end, and nothing is lost or done twice',
    async () => {
      engine = await RealEngine.open({ env: { NOTES_BATCH_SIZE: String(batchSize), BATCHMILL_CONCURRENCY: '1' } });
      await engine.simulator.ask('PUT', '/admin/faults', [{ on: 'files.content', what: 'delay', value: 500, rate: 1 }]);
      await engine.addNotes('weir', documents);
      const others = stageNames.filter((name) => name !== 'result-ingester');
      const [asked] = await engine.start(...others);
      const scaled = ScaledStage.follow({
        stage: 'result-ingester',
        target: 4,
        max: 4,
        asked: asked!,
        start: async () => {
          const replica = await engine.startOne('result-ingester');
          engine.expectEnd(replica);
          return replica;
        },
      });
      const runId = await engine.requestRun('weir', 'embeddings');
      const run = await engine.endOf(runId, timeoutMs);
      await eventually('no replica to be wanted', () => scaled.wanted.at(-1) === 0);
      await scaled.end();

      expect(run['totals']).toMatchObject({ documents: { succeeded: documents, failed: 0, left: 0 } });
      expect(await engine.simulator.ledger()).toMatchObject({ requests: documents, twice: [] });
      expect(await engine.vectors.count(engine.collection)).toBe(documents);
      expect(await engine.statesOf('weir', 'embedding_status')).toEqual({ completed: documents });
      expect(Math.max(...scaled.wanted)).toBe(4);
      expect(scaled.ends.length).toBeGreaterThanOrEqual(4);
      expect(scaled.ends.filter(({ code }) => code !== 0)).toEqual([]);
    },
    timeoutMs,
  );
});

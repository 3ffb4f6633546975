import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, spansOf } from '@batchmill/testing';
import { RealEngine, stageNames } from './real-engine.js';

const timeoutMs = 600_000;

describe('six services that share only the servers', () => {
  let engine: RealEngine;

  afterEach(() => engine.close(), 600_000);

  it(
    'S1 S6: 5,000 documents are embedded and some summarised, none twice, and each run is one trace over all services',
    async () => {
      engine = await RealEngine.open({ env: { NOTES_BATCH_SIZE: '500' }, topics: 'bare' });
      await engine.addNotes('mills', 5_000);
      await engine.start(...stageNames);

      const embeddingRun = await engine.endOf(await engine.requestRun('mills', 'embeddings'), timeoutMs);
      const summaryRun = await engine.endOf(await engine.requestRun('mills', 'inference', { limit: 500 }), timeoutMs);

      expect(embeddingRun['totals']).toMatchObject({ documents: { succeeded: 5_000, failed: 0, left: 0 } });
      expect(summaryRun['totals']).toMatchObject({ documents: { succeeded: 500, failed: 0, left: 0 } });
      expect(await engine.statesOf('mills', 'embedding_status')).toEqual({ completed: 5_000 });
      expect(await engine.statesOf('mills', 'ai_status')).toEqual({ completed: 500, none: 4_500 });
      expect(await engine.vectors.count(engine.collection)).toBe(5_000);
      const ledger = await eventually('no file left', async () => {
        const found = await engine.simulator.ledger();
        return found.files.length === 0 && found;
      });
      expect(ledger).toMatchObject({ requests: 5_500, twice: [] });

      for (const service of engine.services) {
        const handled = await service.counted('batchmill_messages_total');
        process.stdout.write(`${service.name}: ${handled} messages handled\n`);
        expect(handled).toBeGreaterThan(0);
      }
      for (const run of [embeddingRun, summaryRun]) {
        const traceId = String(run['traceparent']).split('-')[1]!;
        const services = await eventually(
          'spans of all six services in one trace',
          async () => {
            const found = [...new Set((await spansOf(traceId)).map(({ service }) => service))];
            return found.length === stageNames.length && found;
          },
          timeoutMs,
          500,
        );
        expect(services.sort()).toEqual(stageNames.map((name) => `batchmill-${name}`).sort());
      }
    },
    timeoutMs * 2,
  );
});

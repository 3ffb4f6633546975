import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, spansOf } from '@batchmill/testing';
import { RealEngine, stageNames } from './real-engine.js';

const timeoutMs = 600_000;

describe('the trace of a run on real servers', () => {
  let engine: RealEngine;

  afterEach(() => engine.close(), 600_000);

  it(
    'S6: one trace id in Jaeger holds spans of all six services across a wait of six hours and a restart of the poller',
    async () => {
      engine = await RealEngine.open({
        env: { KAFKA_CLIENT: 'platformatic' }, // the engines of the other tests have the default
        simulator: ['--speed', '1440', '--turnaround', '6h'],
      });
      await engine.addNotes('sluices', 30);
      await engine.start(...stageNames);
      const runIds = [
        await engine.requestRun('sluices', 'embeddings'),
        await engine.requestRun('sluices', 'inference'),
      ];
      const batches = engine.state.collection('batches');
      await eventually(
        'both batches at the provider',
        async () => (await batches.count({ state: 'submitted' })) === 2,
        600_000,
        100,
      );

      const [previous] = engine.of('status-poller');
      expect(await engine.stop(previous!)).toEqual({ code: 0, signal: null });
      await engine.start('status-poller');

      for (const runId of runIds) {
        const run = await engine.endOf(runId);
        const traceId = String(run['traceparent']).split('-')[1]!;
        const spans = await eventually(
          'spans of all six services',
          async () => {
            const found = await spansOf(traceId);
            return new Set(found.map(({ service }) => service)).size === stageNames.length && found;
          },
          timeoutMs,
          500,
        );
        const named = new Set(spans.map(({ service }) => service));
        expect([...named].sort()).toEqual(stageNames.map((name) => `batchmill-${name}`).sort());
        const polls = spans.filter(({ service }) => service === 'batchmill-status-poller');
        expect(polls.some(({ tags }) => tags['batchmill.found_by'] === 'poll')).toBe(true);
        expect(polls.filter(({ tags }) => tags['batchmill.found_by'] === 'poll').every(({ links }) => links > 0)).toBe(
          true,
        );
        expect(spans.every(({ tags }) => !('batchmill.run' in tags) || String(tags['batchmill.run']) === runId)).toBe(
          true,
        );
      }
    },
    timeoutMs,
  );
});

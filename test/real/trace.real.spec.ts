import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, spansOf } from '@batchmill/testing';
import { RealEngine, stageNames } from './real-engine.js';

const timeoutMs = 600_000;

describe('the trace of a run on real servers', () => {
  let line: RealEngine;

  afterEach(() => line.close(), 600_000);

  it(
    'S6: one trace id in Jaeger holds spans of all six services across a wait of six hours and a restart of the poller',
    async () => {
      line = await RealEngine.open({ simulator: ['--speed', '1440', '--turnaround', '6h'] });
      await line.addNotes('sluices', 30);
      await line.start(...stageNames);
      const runIds = [await line.ask('sluices', 'embeddings'), await line.ask('sluices', 'inference')];
      const batches = line.state.collection('batches');
      await eventually(
        'both wait at the provider',
        async () => (await batches.count({ state: 'submitted' })) === 2,
        600_000,
        100,
      );

      const [former] = line.of('status-poller');
      expect(await line.stop(former!)).toEqual({ code: 0, signal: null });
      await line.start('status-poller');

      for (const runId of runIds) {
        const run = await line.endOf(runId);
        const traceId = String(run['traceparent']).split('-')[1]!;
        const spans = await eventually(
          'spans of all six services',
          async () => {
            const found = await spansOf(traceId);
            return new Set(found.map(({ service }) => service)).size === stageNames.length && found;
          },
          30_000,
          500,
        );
        const named = new Set(spans.map(({ service }) => service));
        expect([...named].sort()).toEqual(stageNames.map((name) => `batchmill-${name}`).sort());
        const polls = spans.filter(({ service }) => service === 'batchmill-status-poller');
        expect(polls.some(({ tags }) => tags['batchmill.found_by'] === 'clock')).toBe(true);
        expect(polls.filter(({ tags }) => tags['batchmill.found_by'] === 'clock').every(({ links }) => links > 0)).toBe(
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

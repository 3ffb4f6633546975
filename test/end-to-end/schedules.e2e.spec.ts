import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { topicOf } from '@batchmill/contracts';
import { RunScheduleMissed } from '@batchmill/contracts/events';
import { definePipeline, nextTime } from '@batchmill/pipeline';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';

const hour = 3_600_000;
const timing = { cron: '0 3 * * *', timezone: 'Europe/Zurich' };
const nightly = definePipeline({ ...notes, schedule: { ...timing, endpoint: 'embeddings', limit: 5 } });

describe('a pipeline with a schedule', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  /** Advances the clock to the next time of the schedule plus `afterMs`. */
  function advanceTo(afterMs: number): void {
    const now = bundle.clock.now();
    bundle.clock.advance((nextTime(timing, now)?.getTime() ?? 0) - now.getTime() + afterMs);
  }

  it('R3: a scheduled run is started once at its time, by however many services, and a missed run is reported', async () => {
    bundle = await TestEngine.open({ pipelines: [nightly], settings: { startsSchedules: true } });
    const { engine } = bundle;
    const documents = engine.documentStore.collection('notes');
    await documents.insertMany(manyNotes(10));
    const stop = await bundle.start(stages);
    const stopOther = await bundle.start([ChunkScannerModule]);
    await eventually('the schedule to be recorded', () => engine.schedules.get('notes.s1'));

    advanceTo(1_000);
    await eventually('its run', async () => (await engine.runs.countIn('finished')) === 1);
    await stop();
    await stopOther();
    advanceTo(5 * hour);
    await bundle.start(stages);
    const [missed] = await eventually('the missed run to be reported', async () => {
      const messages = await Array.fromAsync(engine.bus.read(topicOf(RunScheduleMissed)));
      return messages.length > 0 && messages;
    });

    expect(JSON.parse(String(missed?.value))).toMatchObject({ pipeline: 'notes', times: 1, reason: 'not-running' });
    expect(await storedRecords(engine.store).runs.count({})).toBe(1);
    expect(await documents.count({ embedding_status: 'completed' })).toBe(5);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stageNames, stages } from '@batchmill/all-in-one';
import { topicOf } from '@batchmill/contracts';
import { BatchCancelRequested, BatchProcessRequested, events } from '@batchmill/contracts/events';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { allDeadLetters, deadLettersOf, rejectionOf, typeByHand } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

describe('a message that cannot be used', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(): Promise<TestEngine> {
    bundle = await TestEngine.open({ pipelines: [notes] });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(15));
    await bundle.start(stages);
    return bundle;
  }

  it.each([
    ['is no JSON', '\u0000\u0001garbage'],
    ['has none of the fields', '{"hello":"world"}'],
    ['has fields of wrong types', '{"runId":7,"claimId":[],"batchId":{},"pipeline":null,"requests":"many"}'],
    ['is a tombstone', null],
  ])('on any topic that %s is a dead letter of every stage that consumed it; runs continue', async (_, value) => {
    const { engine } = await opened();
    const messages = events.map((event) => ({ topic: topicOf(event), key: 'k', value, headers: {} }));
    await engine.bus.publish([...messages, ...messages]);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.totals?.documents).toMatchObject({ succeeded: 15, failed: 0 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 15, ...nothingTwiceNothingLeft });
    const deadLetterGroups = await eventually('a dead letter in every stage', async () => {
      const letters = await Promise.all(events.map((event) => deadLettersOf(bundle, event)));
      const groups = letters.flat().map(({ headers }) => headers['dlt_group']);
      return new Set(groups).size === stageNames.length && groups;
    });
    expect((await Array.fromAsync(engine.runs.latest(100))).map(({ _id }) => _id)).toEqual(['r']);
    expect(new Set(deadLetterGroups)).toEqual(new Set(stageNames.map((stage) => `batchmill.${stage}`)));
  });

  it('S4: that requests a run of an id that exists otherwise is rejected aloud, and the run is not touched', async () => {
    await opened();
    const request = { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' } as const;
    const first = await runToTheEnd(bundle, request);
    await requestRun(bundle, request);
    const isSilent = await allDeadLetters(bundle);

    await requestRun(bundle, { ...request, parameters: { topics: ['mills'] } });

    const rejection = await rejectionOf(bundle);
    expect(rejection).toMatchObject({
      runId: expect.not.stringMatching(/^r$/),
      pipeline: 'notes',
      reason: expect.stringMatching(/^run r was requested differently: parameter topics/),
    });
    expect(isSilent).toEqual([]);
    expect(await eventually('the dead letter', async () => (await allDeadLetters(bundle))[0])).toMatch(/run r was/);
    // Its last event may have been published since.
    expect({ ...(await bundle.engine.runs.get('r')), outbox: [] }).toEqual({ ...first, outbox: [] });
    expect(await bundle.engine.runs.get(rejection.runId)).toMatchObject({ state: 'rejected' });
  });

  it('S4: that requests a run whose first request could not be used is rejected aloud', async () => {
    await opened();
    await typeByHand(bundle, '{"runId":"r"}');
    await rejectionOf(bundle, 'r');

    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const letters = await eventually('both dead letters', async () => {
      const found = await allDeadLetters(bundle);
      return found.length === 2 && found;
    });
    expect(letters[1]).toMatch(/run r was rejected, because its request could not be used/);
  });

  it('that is a command for an unknown batch is a dead letter that names the batch', async () => {
    const { engine } = await opened();
    const value = JSON.stringify({ batchId: 'there.is.none' });
    await engine.bus.publish(
      [BatchCancelRequested, BatchProcessRequested].map((event) => ({
        topic: topicOf(event),
        key: null,
        value,
        headers: {},
      })),
    );

    const letters = await eventually('two dead letters', async () => {
      const found = await allDeadLetters(bundle);
      return found.length >= 2 && found;
    });

    expect(letters).toHaveLength(2);
    for (const letter of letters) expect(letter).toContain('there is no batch there.is.none');
  });

  it('about records that do not exist starts no work and changes nothing', async () => {
    const { engine } = await opened();
    const ids = { runId: 'no', claimId: 'no', batchId: 'no', providerBatchId: 'no', pipeline: 'notes' };
    const numbers = {
      documents: 1,
      requests: 1,
      succeeded: 1,
      failed: 0,
      retried: 0,
      inputTokens: 1,
      outputTokens: 0,
      usd: 0,
    };
    const value = JSON.stringify({ ...ids, ...numbers, reason: 'completed', error: null, model: 'm', attempt: 1 });
    const stageEvents = events.filter(({ isInput }) => !isInput);
    await engine.bus.publish(stageEvents.map((event) => ({ topic: topicOf(event), key: 'no', value, headers: {} })));

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.totals?.documents).toMatchObject({ succeeded: 15 });
    expect(await storedRecords(engine.store).runs.count({})).toBe(1);
  });
});

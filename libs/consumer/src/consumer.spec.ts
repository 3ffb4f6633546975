import { stages } from '@batchmill/all-in-one';
import { headersOf, envelopeOf, topicOf } from '@batchmill/contracts';
import { ResultsIngested, RunFinished, RunRequested } from '@batchmill/contracts/events';
import { chat, definePipeline } from '@batchmill/pipeline';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { consumerModule } from './consumer-module.js';
import { defineConsumer, type ConsumerDefinition } from './define-consumer.js';
import { defineEvent } from './define-event.js';

const letters = definePipeline({
  name: 'letters',
  source: { collection: 'letters' },
  inference: { functions: [chat({ name: 'summary', model: 'gpt-4o-mini', user: 'Summarise: {{ text }}' })] },
});

const Filed = defineEvent({
  name: 'letter.filed',
  description: 'A letter was filed.',
  fields: { letterId: 'string' },
  key: ({ letterId }) => letterId,
});

const filer = defineConsumer({
  name: 'filer',
  consumes: [ResultsIngested],
  produces: [Filed],
  async *handle(event, { answers, pipelineOf }) {
    if ((await pipelineOf(event)) !== 'letters') return;
    for await (const { chunkId } of answers(event)) yield new Filed({ letterId: chunkId });
  },
});

describe('a consumer without decorators', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [letters] });
  });
  afterEach(() => bundle.close());

  const start = (...consumers: readonly Pick<ConsumerDefinition, keyof ConsumerDefinition>[]) =>
    bundle.start([...stages, ...consumers.map((each) => consumerModule(each))]);

  async function published(event: typeof Filed | typeof RunRequested): Promise<unknown[]> {
    const messages = await Array.fromAsync(bundle.engine.bus.read(topicOf(event)));
    return messages.map(({ value }) => JSON.parse(value?.toString() ?? 'null') as unknown);
  }

  /** Publishes an event as another process does. A second delivery has the same id. */
  async function send(event: RunFinished, id: string): Promise<void> {
    const envelope = envelopeOf(event, { id, at: new Date(), traceparent: null });
    const { installation } = bundle.engine.engineSettings;
    await bundle.engine.bus.publish([
      { topic: envelope.topic, key: id, value: envelope.data, headers: headersOf(envelope, '/test', installation) },
    ]);
  }

  const letter = (letterId: string) => ({ letterId });
  const lagOf = (group: string, topic: string) => bundle.engine.bus.lag(group, [topic]).then(([lag]) => lag?.messages);

  it('S7: handles the answers of a run that it requests itself, and publishes an event of its own for each', async () => {
    await bundle.engine.documentStore.collection('letters').insertMany([
      { _id: 'a', text: 'The river rises.' },
      { _id: 'b', text: 'The mill turns.' },
    ]);
    const requester = defineConsumer({
      name: 'requester',
      consumes: [],
      every: {
        seconds: 3600,
        async *call({ requestRun }) {
          yield requestRun({ runId: 'of-today', pipeline: 'letters' });
          yield requestRun({ runId: 'of-today', pipeline: 'letters' });
        },
      },
    });

    await start(filer, requester);
    await eventually('both letters to be filed', async () => (await published(Filed)).length === 2);

    expect(await published(Filed)).toEqual(expect.arrayContaining([letter('a'), letter('b')]));
    expect(await published(RunRequested)).toEqual([{ runId: 'of-today', pipeline: 'letters' }]);
  });

  it('S7: an event is stored and published before the method goes on', async () => {
    const seen: unknown[][] = [];
    const consumer = defineConsumer({
      name: 'two-steps',
      consumes: [RunFinished],
      produces: [Filed],
      async *handle({ runId }) {
        yield new Filed({ letterId: runId });
        seen.push(await published(Filed));
        yield new Filed({ letterId: `${runId} again` });
      },
    });

    await start(consumer);
    await send(finished('r'), 'one');
    await eventually('both events', async () => (await published(Filed)).length === 2);

    expect(seen).toEqual([[letter('r')]]);
  });

  it('S7: a message that is delivered again after its end is not handled again', async () => {
    const handled: string[] = [];
    const consumer = defineConsumer({
      name: 'once',
      consumes: [RunFinished],
      async handle({ runId }) {
        handled.push(runId);
      },
    });

    await start(consumer);
    for (const id of ['one', 'one', 'two']) await send(finished(`r-${id}`), id);
    await eventually('all messages', async () => (await lagOf('batchmill.once', topicOf(RunFinished))) === 0);

    expect(handled.sort()).toEqual(['r-one', 'r-two']);
  });

  it('S7: after a failure in the middle the events before it are not published again', async () => {
    let attempts = 0;
    const consumer = defineConsumer({
      name: 'failing-once',
      consumes: [RunFinished],
      produces: [Filed],
      async *handle({ runId }) {
        yield new Filed({ letterId: `${runId} first` });
        attempts += 1;
        if (attempts === 1) throw new Error('the shelf is full');
        yield new Filed({ letterId: `${runId} second` });
        // The same event twice is two events.
        yield new Filed({ letterId: `${runId} second` });
      },
    });

    await start(consumer);
    await send(finished('r'), 'one');
    await eventually('all events', async () => (await published(Filed)).length >= 3);
    await eventually('the message', async () => (await lagOf('batchmill.failing-once', topicOf(RunFinished))) === 0);

    expect(attempts).toBe(2);
    expect(await published(Filed)).toEqual([letter('r first'), letter('r second'), letter('r second')]);
  });

  it('S7: what it may not publish, and an event of its own with wrong fields, become dead letters', async () => {
    const consumer = defineConsumer({
      name: 'careless',
      consumes: [RunFinished, Filed],
      async *handle() {
        yield finished('any'); // the compiler refuses it too
      },
    });

    await start(consumer);
    await send(finished('r'), 'one');
    await bundle.engine.bus.publish([{ topic: topicOf(Filed), key: null, value: '{"letterId":7}', headers: {} }]);
    const letters = (topic: string) => Array.fromAsync(bundle.engine.bus.read(`${topic}.dlt`));
    await eventually('both letters', async () => {
      return (await letters(topicOf(Filed))).length + (await letters(topicOf(RunFinished))).length === 2;
    });

    const causes = [...(await letters(topicOf(RunFinished))), ...(await letters(topicOf(Filed)))];
    expect(causes.map(({ headers }) => headers['dlt_code'])).toEqual(['stage.undeclared-event', 'message.not-valid']);
    expect(causes[1]?.headers['dlt_cause']).toContain('letterId must be a string');
  });

  it.each<[string, () => unknown, string]>([
    ['a generator that is not async', function* () {}, 'consumer.not-async'],
    ['a text', () => 'done', 'consumer.not-async'],
    [
      'objects that are no events',
      async function* () {
        yield { letterId: '7' };
      },
      'consumer.bad-yield',
    ],
  ])('S7: a method that returns %s makes a dead letter, and not nothing', async (_, handle, code) => {
    await start({ name: 'careless', consumes: [RunFinished], handle: handle as never }); // as JavaScript allows

    await send(finished('r'), 'one');

    const [letter] = await eventually('the letter', async () => {
      const letters = await Array.fromAsync(bundle.engine.bus.read(`${topicOf(RunFinished)}.dlt`));
      return letters.length > 0 && letters;
    });
    expect(letter?.headers['dlt_code']).toBe(code);
  });

  it('S7: an event that could not be published is published later, from the record of its consumer', async () => {
    await bundle.close();
    let isDown = true;
    bundle = await TestEngine.open({
      pipelines: [letters],
      work: { republishAfterMs: 50 },
      ports: ({ bus }) => {
        const publish = bus.publish.bind(bus);
        bus.publish = async (messages) => {
          if (isDown && messages.some(({ topic }) => topic === topicOf(Filed))) throw new Error('the bus is down');
          return publish(messages);
        };
        return { bus };
      },
    });
    const consumer = defineConsumer({
      name: 'on-a-bad-day',
      consumes: [RunFinished],
      produces: [Filed],
      async *handle({ runId }) {
        yield new Filed({ letterId: runId });
      },
    });

    await start(consumer);
    await send(finished('r'), 'one');
    await eventually('the message', async () => (await lagOf('batchmill.on-a-bad-day', topicOf(RunFinished))) === 0);
    const before = await published(Filed);
    isDown = false;
    await eventually('the event', async () => (await published(Filed)).length === 1);

    expect(before).toEqual([]);
    expect(await storedRecords(bundle.engine.store).inbox.count({ 'outbox.0': { $exists: true } })).toBe(0);
  });
});

function finished(runId: string): RunFinished {
  const counts = { total: 1, succeeded: 1, failed: 0, usd: 0 };
  return new RunFinished({ runId, pipeline: 'letters', outcome: 'finished', ...counts });
}

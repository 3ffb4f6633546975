import { afterEach, describe, expect, it } from '@jest/globals';
import { accountRefusedCode } from '@batchmill/provider';
import { stages } from '@batchmill/all-in-one';
import type { Batch, BatchState } from '@batchmill/records';
import { reportRun } from '@batchmill/service';
import type { SimulatorOptions } from '@batchmill/simulator';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const count = 20;

/** The names of the simulator's refusals, and what each is about. */
const accountRefusals = ['quota', 'billing-limit', 'balance', 'key', 'permission', 'model'];
const passingRefusals = ['queue-tokens-unnamed', 'queue-requests', 'hourly', 'file-pending'];

describe('what the provider refuses', () => {
  let bundle: TestEngine;

  afterEach(async () => {
    await bundle.close();
  });

  /** Two batches of ten. */
  async function opened(limits: SimulatorOptions['limits'] = {}): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [notes], simulator: { limits } });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  const request = { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' } as const;
  const embed = () => runToTheEnd(bundle, request);

  async function expectOneAttemptEach(): Promise<void> {
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect([info.functions?.['embeddings']?.attempts, info.freeRetries ?? 0]).toEqual([1, 0]);
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  }

  it.each(accountRefusals)(
    'Y5: work that is refused because of the account (%s) waits without an attempt, and goes on by itself',
    async (value) => {
      await opened();
      await injectFaults(bundle, { on: 'batches.create', what: 'refused', value });
      await requestRun(bundle, request);
      const { batches, readiness } = bundle.engine;
      await eventually('both batches to be refused', async () => {
        const waiting = await Array.fromAsync(batches.waitingFor(accountRefusedCode));
        return waiting.length === 2;
      });
      expect(readiness.outages).toContainEqual(
        expect.objectContaining({ message: expect.stringMatching(/the provider refuses the account/) }),
      );
      expect(await batches.countParked()).toBe(0);
      const held = await bundle.engine.runs.get('r');
      expect(held && (await reportRun(bundle.engine, held)).waiting).toMatchObject({
        since: expect.any(String),
        message: expect.stringMatching(/the provider refuses the account/),
      });

      await injectFaults(bundle);
      const run = await endOf(bundle, 'r');

      expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count });
      expect(readiness.outages).toEqual([]);
      await expectOneAttemptEach();
    },
  );

  const heldNotices = () => bundle.log.lines.filter(({ message }) => message.includes('is held since'));

  it.each(accountRefusals)(
    'Y5: a batch that fails as a whole because of the account (%s) is submitted again, and no document uses an attempt',
    async (value) => {
      await opened();
      await injectFaults(bundle, { on: 'batch', what: 'refused', value, times: 4 });

      const run = await embed();

      expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count, batches: 2 });
      await expectOneAttemptEach();
    },
  );

  it.each(['batches.create', 'batch'] as const)(
    'N1: a run that is held by refusals of %s is notified once',
    async (on) => {
      await opened();
      await injectFaults(bundle, { on, what: 'refused', value: 'billing-limit' });
      await requestRun(bundle, request);
      await eventually('a notification', async () => heldNotices().length > 0);

      await injectFaults(bundle);
      await endOf(bundle, 'r');

      expect(heldNotices()).toHaveLength(1);
    },
  );

  it('Y5: a run that is held because of the account can be cancelled', async () => {
    await opened();
    await injectFaults(bundle, { on: 'batches.create', what: 'refused', value: 'billing-limit' });
    await requestRun(bundle, request);
    await eventually(
      'a refusal',
      async () => (await Array.fromAsync(bundle.engine.batches.waitingFor(accountRefusedCode))).length > 0,
    );

    await requestCancel(bundle, 'r');
    const run = await endOf(bundle, 'r');

    expect(run).toMatchObject({ state: 'cancelled', totals: { documents: { left: count } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, ...nothingTwiceNothingLeft });
  });

  it.each(passingRefusals)(
    'Y5: a create that is refused for now (%s) is repeated later, and no document uses an attempt',
    async (value) => {
      await opened();
      await injectFaults(bundle, { on: 'batches.create', what: 'refused', value, times: 6 });

      const run = await embed();

      expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count, batches: 2 });
      expect(await bundle.engine.batches.countParked()).toBe(0);
      await expectOneAttemptEach();
    },
  );

  it('M5: a full queue that is said at create teaches its limit, as one that is said later does', async () => {
    await opened();
    await injectFaults(bundle, { on: 'batches.create', what: 'refused', value: 'queue-tokens', times: 1 });

    await embed();

    const { budgets, provider } = bundle.engine;
    expect(await budgets.limitsOf(provider.account, 'text-embedding-3-small')).toMatchObject({ tokens: 30_000 });
    await expectOneAttemptEach();
  });

  it('M5: a batch that alone is larger than a queue without a number is made smaller after an hour', async () => {
    await opened();
    await injectFaults(bundle, { on: 'batches.create', what: 'refused', value: 'queue-tokens-unnamed' });
    await requestRun(bundle, { ...request, limit: 10 });
    const first = (): Promise<Batch | null> => bundle.engine.batches.get('r.c1.b1');
    await eventually('the batch to be refused', async () => (await first())?.held?.aloneSince !== undefined);

    bundle.clock.advance(3_600_000);
    await eventually('it to be made smaller', async () => (await first())?.reason === 'too-large');
    await injectFaults(bundle);

    const run = await endOf(bundle, 'r');
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 10 }, batches: 3 } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10, ...nothingTwiceNothingLeft });
  });

  it('M5: enqueued requests are budgeted: a learned limit is not passed again', async () => {
    await opened();
    const { budgets, provider } = bundle.engine;
    await budgets.learn(provider.account, 'text-embedding-3-small', 'requests', 10);

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count }, batches: 2 });
    expect((await ledgerOf(bundle)).batches.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('R4: a file that is too large to be uploaded is replaced by smaller files, until they are taken', async () => {
    await opened({ maxFileBytes: 1_000 });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 } });
    expect(run.totals?.batches).toBeGreaterThan(4);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  it('R4: a single document that is too large for the provider fails with that reason, and is not paid', async () => {
    await opened();
    await injectFaults(bundle, { on: 'files.create', what: 'refused', value: 'too-large' });

    const run = await embed();

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 0, failed: count } } });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.error).toMatchObject({ message: expect.stringContaining('larger than the files') });
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, ...nothingTwiceNothingLeft });
  });

  it('Y5: a batch that fails without naming a line is halved until the line to blame is alone', async () => {
    await opened();
    const [, { id: bad }] = (await Array.fromAsync(
      bundle.engine.documentStore.collection('notes').find({}),
      ({ _id }) => ({
        id: String(_id),
      }),
    )) as [{ id: string }, { id: string }];
    await injectFaults(bundle, { on: 'input-line', what: 'refused', value: 'invalid', match: bad });

    const run = await embed();

    expect(run.totals?.documents).toMatchObject({ succeeded: count - 1, failed: 1, left: 0 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count - 1, ...nothingTwiceNothingLeft });
    for (const { document, info } of await outcomesOf(bundle, 'embeddings')) {
      if (document['_id'] === bad) expect(info.error?.message).toMatch(/refused the whole batch/);
      else expect([info.functions?.['embeddings']?.attempts, info.freeRetries ?? 0]).toEqual([1, 0]);
    }
  });

  it('Y5: however many lines the provider refuses, one at a time, the documents of the other lines are answered', async () => {
    await opened();
    const ids = manyNotes(count).map(({ _id }) => _id);
    const bad = ids.filter((_, at) => at % 10 < 7);
    await injectFaults(bundle, ...bad.map((match) => ({ on: 'input-line', what: 'named', match }) as const));

    const run = await embed();

    expect(run.totals?.documents).toMatchObject({ succeeded: 6, failed: 14, left: 0 });
    for (const { document, info } of await outcomesOf(bundle, 'embeddings')) {
      if (bad.includes(String(document['_id']))) expect(info.error?.message).toMatch(/refused this request/);
      else expect([info.functions?.['embeddings']?.attempts, info.freeRetries ?? 0]).toEqual([1, 0]);
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 6, ...nothingTwiceNothingLeft });
  });

  it('Y5: a document whose batch the provider refuses because of a line that it does not have uses up its attempts', async () => {
    bundle = await TestEngine.open({
      pipelines: [notes],
      ports: ({ provider }) => {
        const retrieve = provider.retrieveBatch.bind(provider);
        provider.retrieveBatch = async (id) => {
          const found = await retrieve(id);
          return { ...found, errors: found.errors.map((error) => ({ ...error, line: 999 })) };
        };
        return { provider };
      },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(1));
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'input-line', what: 'named' });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { failed: 1 }, batches: 4 });
  });

  it('Y5: a result that is refused because of the account is requested again without an attempt', async () => {
    await opened();
    await injectFaults(bundle, { on: 'line', what: 'refused', value: 'quota', times: 5 });

    const run = await embed();

    expect(run.totals?.documents).toMatchObject({ succeeded: count, failed: 0 });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.functions?.['embeddings']?.attempts).toBe(1);
    }
  });

  it('Y5: a key that is refused while batches are at the provider stops no batch for good', async () => {
    await opened();
    const { batches } = bundle.engine;
    const bothWait = async (state: BatchState) => {
      const waiting = await Array.fromAsync(batches.waitingFor(accountRefusedCode));
      return waiting.length === 2 && waiting.every((batch) => batch.state === state);
    };
    await injectFaults(bundle, { on: 'batches.retrieve', what: 'refused', value: 'key' });
    await requestRun(bundle, request);
    await eventually('both batches to wait for their state', () => bothWait('submitted'));
    await injectFaults(bundle, { on: 'files.content', what: 'refused', value: 'key' });
    await eventually('both batches to wait for their results', () => bothWait('settled'));

    await injectFaults(bundle);
    const run = await endOf(bundle, 'r');

    expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count });
    await expectOneAttemptEach();
  });
});

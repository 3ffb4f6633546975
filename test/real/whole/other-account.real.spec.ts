import { afterEach, describe, expect, it } from '@jest/globals';
import { BatchAbandonRequested, RunCancelRequested } from '@batchmill/contracts/events';
import { eventually } from '@batchmill/testing';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 600_000;
const documents = 60;
const keys = { ofA: { OPENAI_API_KEY: 'sk-org-a-1' }, ofB: { OPENAI_API_KEY: 'sk-org-b-1' } };
/** The services that call the provider. */
const callers = ['batch-submitter', 'status-poller', 'result-ingester'] as const;

describe('keys of two accounts on the real servers', () => {
  let engine: RealEngine;
  afterEach(() => engine.close(), 120_000);

  /** Three batches, whose provider takes long enough for a change of the key. */
  async function atTheProvider(topic: string): Promise<string> {
    const { ofA } = keys;
    const env = { ...ofA, NOTES_BATCH_SIZE: '20', BATCHMILL_TRIAL_DOCUMENTS: '0' };
    engine = await RealEngine.open({ env, simulator: ['--speed', '0', '--turnaround', '10m'] });
    await engine.addNotes(topic, documents);
    await engine.start(...stageNames);
    const run = await engine.requestRun(topic, 'embeddings');
    await eventually('three batches', async () => (await countOf(run, { state: 'submitted' })) === 3, timeoutMs, 200);
    return run;
  }

  /** Starts services with the other key while those with the former key run, and then ends these. */
  async function rotateTo(env: Record<string, string>): Promise<void> {
    for (const name of callers) {
      const former = engine.of(name);
      await engine.startOne(name, { env });
      for (const service of former) await engine.stop(service);
    }
  }

  const countOf = (runId: string, filter: Record<string, unknown>): Promise<number> =>
    engine.state.collection('batches').count({ runId, ...filter });
  const held = (runId: string) =>
    eventually(
      'the batches to be held',
      async () => (await countOf(runId, { 'otherAccount.since': { $ne: null } })) === 3,
      timeoutMs,
      200,
    );

  it(
    'X4: batches of another account are held, and go on when its key is back; nothing is paid twice',
    async () => {
      const run = await atTheProvider('sluices');
      await rotateTo(keys.ofB);
      await held(run);
      await engine.simulator.ask('POST', '/admin/clock', { advanceSeconds: 1_200 });

      await rotateTo(keys.ofA);
      const ended = await engine.endOf(run, timeoutMs);

      expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: documents } } });
      expect(await engine.simulator.ledger()).toMatchObject({ requests: documents, twice: [], batches: [{}, {}, {}] });
    },
    timeoutMs * 2,
  );

  it(
    'X4 R2: a held batch is abandoned and its documents are requested again, and a cancelled run ends without the others',
    async () => {
      const run = await atTheProvider('locks');
      await rotateTo({ ...keys.ofB, BATCHMILL_LOST_AFTER: '60' });
      await held(run);

      await engine.publish(new BatchAbandonRequested({ batchId: `${run}.c1.b1` }));
      await eventually(
        'the fourth batch',
        async () => (await countOf(run, { 'provider.account.reportedOrganization': 'org-b' })) === 1,
        timeoutMs,
        200,
      );
      await engine.simulator.ask('POST', '/admin/clock', { advanceSeconds: 1_200 });
      await eventually(
        'it to be ingested',
        async () => (await countOf(run, { state: 'ingested' })) === 2,
        timeoutMs,
        200,
      );
      await engine.publish(new RunCancelRequested({ runId: run }));
      const ended = await engine.endOf(run, timeoutMs);

      expect(ended).toMatchObject({
        state: 'cancelled',
        totals: { documents: { succeeded: 20, left: 40, failed: 0 } },
      });
      expect(await countOf(run, { reason: 'lost' })).toBe(3);
    },
    timeoutMs * 2,
  );
});

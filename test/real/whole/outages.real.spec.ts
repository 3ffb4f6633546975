import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, serverAddresses } from '@batchmill/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../../servers/server.js';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 600_000;
const documents = 600;
const outageMs = 60_000;

interface Health {
  readonly status: string;
  readonly outages: readonly { readonly dependency: string; readonly message: string }[];
}

/** Uses the servers that `npm run servers:up` started. A test refuses to stop any other server. */
describe('an outage in the middle of a run', () => {
  let engine: RealEngine;

  beforeEach(async () => {
    engine = await RealEngine.open({ env: { NOTES_BATCH_SIZE: '20', BATCHMILL_CONCURRENCY: '2' } });
    await engine.addNotes('weirs', documents);
    await engine.start(...stageNames);
  });
  afterEach(() => engine.close(), 120_000);

  it(
    'S4: when Kafka is killed and restarted, nothing is parked, nothing becomes a dead letter, and the run finishes',
    async () => {
      const kafka = new Server('kafka', { at: serverAddresses.kafka });
      const runId = await engine.requestRun('weirs', 'embeddings');
      await firstAnswers();

      await kafka.kill();
      const report = await eventually('a service that reports the outage', reportedOutage, timeoutMs, 500);
      process.stdout.write(`kafka killed: ${report}\n`);
      await delay(outageMs / 4);
      await kafka.start();

      await expectFinishedUnharmed(runId);
    },
    timeoutMs,
  );

  it.each([
    ['the store', 'mongodb', serverAddresses.mongodb],
    ['Milvus', 'milvus', serverAddresses.milvus],
  ] as const)(
    'S4: when %s is frozen for a minute, its users report the outage, nothing is parked, and the run finishes',
    async (_, name, at) => {
      const server = new Server(name, { at });
      const runId = await engine.requestRun('weirs', 'embeddings');
      await firstAnswers();

      await server.freeze();
      try {
        const report = await eventually('a service that reports the outage', reportedOutage, timeoutMs, 500);
        process.stdout.write(`${name} frozen: ${report}\n`);
        await delay(outageMs);
      } finally {
        await server.thaw().catch(() => undefined);
      }
      // A Milvus that was frozen for longer than its session timeout shuts itself down, and may hang in its shutdown. Its
      // operator would restart it.
      if (name === 'milvus') await server.kill();
      await server.start();

      await expectFinishedUnharmed(runId);
      await eventually('every service ready again', async () => (await reportedOutage()) === null, timeoutMs, 500);
    },
    timeoutMs,
  );

  async function firstAnswers(): Promise<void> {
    const batches = engine.state.collection('batches');
    await eventually('the first answers', async () => (await batches.count({ state: 'ingested' })) > 2, 120_000, 50);
  }

  /** Null when every service is ready. */
  async function reportedOutage(): Promise<string | null> {
    for (const service of engine.services) {
      const { status, text } = await service.ask('/health/ready');
      const health = JSON.parse(text) as Health;
      if (status === 503 && health.outages.length > 0) return `${service.name}: ${health.outages[0]!.message}`;
    }
    return null;
  }

  async function expectFinishedUnharmed(runId: string): Promise<void> {
    const run = await engine.endOf(runId, timeoutMs / 2);
    expect(run['totals']).toMatchObject({ documents: { succeeded: documents, failed: 0, left: 0 } });
    for (const name of ['runs', 'claims', 'batches', 'notifications']) {
      expect(await engine.state.collection(name).count({ parked: true })).toBe(0);
    }
    for (const service of engine.services) {
      const { text } = await service.ask('/metrics');
      expect(text).not.toContain('outcome="dead-letter"');
    }
    expect(await engine.simulator.ledger()).toMatchObject({ requests: documents, twice: [] });
    expect(await engine.vectors.count(engine.collection)).toBe(documents);
  }
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, serverAddresses } from '@batchmill/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../../servers/server.js';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 600_000;
const documents = 600;
const awayMs = 60_000;

interface Health {
  readonly status: string;
  readonly outages: readonly { readonly dependency: string; readonly message: string }[];
}

/** The servers are those that `npm run servers:up` started: a test that stops somebody's own server throws. */
describe('a server that goes away in the middle of a run', () => {
  let line: RealEngine;

  beforeEach(async () => {
    line = await RealEngine.open({ env: { NOTES_BATCH_SIZE: '20', BATCHMILL_CONCURRENCY: '2' } });
    await line.addNotes('weirs', documents);
    await line.start(...stageNames);
  });
  afterEach(() => line.close(), 120_000);

  it(
    'S4: Kafka is killed and started again: nothing is parked, nothing is a dead letter, and the run finishes',
    async () => {
      const kafka = new Server('kafka', { at: serverAddresses.kafka });
      const runId = await line.ask('weirs', 'embeddings');
      await halfway();

      await kafka.kill();
      const said = await eventually('a service that says what is away', whoIsAway, awayMs, 500);
      process.stdout.write(`kafka killed: ${said}\n`);
      await delay(awayMs / 4);
      await kafka.start();

      await finishedUnharmed(runId);
    },
    timeoutMs,
  );

  it.each([
    ['the store', 'mongodb', serverAddresses.mongodb],
    ['Milvus', 'milvus', serverAddresses.milvus],
  ] as const)(
    'S4: %s is frozen for a minute: who needs it says so, nothing is parked, and the run finishes',
    async (_, name, at) => {
      const server = new Server(name, { at });
      const runId = await line.ask('weirs', 'embeddings');
      await halfway();

      await server.freeze();
      try {
        const said = await eventually('a service that says what is away', whoIsAway, awayMs, 500);
        process.stdout.write(`${name} frozen: ${said}\n`);
        await delay(awayMs);
      } finally {
        await server.thaw().catch(() => undefined);
      }
      // A Milvus that was frozen for longer than its own session lasts ends itself, and may never come to the end of that:
      // whoever runs it starts it again.
      if (name === 'milvus') await server.kill();
      await server.start();

      await finishedUnharmed(runId);
      await eventually('every service ready again', async () => (await whoIsAway()) === null, awayMs, 500);
    },
    timeoutMs,
  );

  async function halfway(): Promise<void> {
    const batches = line.state.collection('batches');
    await eventually('the first answers', async () => (await batches.count({ state: 'ingested' })) > 2, 120_000, 50);
  }

  /** Null when everybody is ready. */
  async function whoIsAway(): Promise<string | null> {
    for (const service of line.services) {
      const { status, text } = await service.ask('/health/ready');
      const health = JSON.parse(text) as Health;
      if (status === 503 && health.outages.length > 0) return `${service.name}: ${health.outages[0]!.message}`;
    }
    return null;
  }

  async function finishedUnharmed(runId: string): Promise<void> {
    const run = await line.endOf(runId, timeoutMs / 2);
    expect(run['totals']).toMatchObject({ documents: { succeeded: documents, failed: 0, left: 0 } });
    for (const name of ['runs', 'claims', 'batches', 'notifications']) {
      expect(await line.state.collection(name).count({ parked: true })).toBe(0);
    }
    for (const service of line.services) {
      const { text } = await service.ask('/metrics');
      expect(text).not.toContain('outcome="dead-letter"');
    }
    expect(await line.simulator.ledger()).toMatchObject({ requests: documents, twice: [] });
    expect(await line.vectors.count(line.collection)).toBe(documents);
  }
});

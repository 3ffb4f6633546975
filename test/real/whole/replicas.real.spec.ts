import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@batchmill/testing';
import { createHash } from 'node:crypto';
import { RealEngine, stageNames } from '../real-engine.js';

const timeoutMs = 900_000;
/**
 * The ids of their runs, of embeddings and of inference alike, cover all six partitions of a topic as Kafka's own clients
 * share keys out. So every replica, having at least two of them, is told something, whichever they are.
 */
const topics = Array.from({ length: 8 }, (_, index) => `sluice${index}`);
const documentsPerTopic = 250;
const answersPerTopic = 50;

describe('replicas of every stage', () => {
  let line: RealEngine;
  const results = new Map<number, string>();

  afterEach(() => line.close(), 120_000);

  it.each([1, 2, 3])(
    'S5: with %i of each, everything is done, nothing twice, and everyone has a share of the work',
    async (replicas) => {
      line = await RealEngine.open({
        env: { NOTES_BATCH_SIZE: '25', NODE_OPTIONS: '--max-old-space-size=160', BATCHMILL_WORK_POLL_INTERVAL: '2' },
      });
      for (const topic of topics) await line.addNotes(topic, documentsPerTopic);
      for (const stage of stageNames) await line.start(...Array.from({ length: replicas }, () => stage));

      const runIds: string[] = [];
      for (const topic of topics) {
        runIds.push(await line.ask(topic, 'embeddings'));
        runIds.push(await line.ask(topic, 'inference', { limit: answersPerTopic }));
      }
      for (const runId of runIds) await expectDone(runId);

      await expectNothingTwice();
      results.set(replicas, await resultOf());
      expect(results.get(replicas)).toBe([...results.values()][0]);
      await expectSharesOfAll(replicas);
    },
    timeoutMs,
  );

  async function expectDone(runId: string): Promise<void> {
    const run = await line.endOf(runId, timeoutMs / 2);
    const succeeded = runId.endsWith('embeddings') ? documentsPerTopic : answersPerTopic;
    expect(run['totals']).toMatchObject({ documents: { succeeded, failed: 0, left: 0 } });
  }

  async function expectNothingTwice(): Promise<void> {
    const ledger = await eventually(
      'no file left at the provider',
      async () => {
        const found = await line.simulator.ledger();
        return found.files.length === 0 && found;
      },
      600_000,
      200,
    );
    const requests = topics.length * (documentsPerTopic + answersPerTopic);
    expect(ledger).toMatchObject({ requests, twice: [] });
    expect(await line.vectors.count(line.collection)).toBe(topics.length * documentsPerTopic);
    for (const topic of topics) {
      expect(await line.statesOf(topic, 'embedding_status')).toEqual({ completed: documentsPerTopic });
      expect(await line.statesOf(topic, 'ai_status')).toEqual({
        completed: answersPerTopic,
        none: documentsPerTopic - answersPerTopic,
      });
    }
  }

  /** Which documents were answered, and with what, as one text that differs when any of it does. */
  async function resultOf(): Promise<string> {
    const result = createHash('sha256');
    const answered = line.documents.collection('notes').find({ ai_status: 'completed' }, { sort: { _id: 1 } });
    for await (const { _id, answers } of answered) {
      expect(answers).toHaveLength(1);
      result.update(JSON.stringify([_id, answers]));
    }
    return result.digest('hex');
  }

  async function expectSharesOfAll(replicas: number): Promise<void> {
    const idle: string[] = [];
    for (const { name, pid, ...service } of await sharesOf()) {
      process.stdout.write(
        `${replicas} of each: ${name} ${pid}: ${service.messages} messages handled, ${service.works} works taken\n`,
      );
      if (service.messages === 0) idle.push(`${name} ${pid}`);
    }
    expect(idle).toEqual([]);
  }

  function sharesOf(): Promise<{ name: string; pid: number; messages: number; works: number }[]> {
    return Promise.all(
      line.services.map(async (service) => ({
        name: service.name,
        pid: service.pid,
        messages: await service.counted('batchmill_messages_total'),
        works: await service.counted('batchmill_works_total'),
      })),
    );
  }
});

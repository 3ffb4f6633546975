import { KafkaBus } from '@batchmill/bus/kafka';
import { RandomIds, envelopeOf, headersOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { endedRunStates } from '@batchmill/records';
import { MongoStore } from '@batchmill/store/mongo';
import { MemoryLog } from '@batchmill/telemetry';
import { eventually, serverAddresses, settingsOnServers, type SimulatorProcess } from '@batchmill/testing';
import { MilvusVectors } from '@batchmill/vectors/milvus';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { engineEnv } from './measure.ts';

const timeoutMs = 900_000;

/**
 * Databases of its own for the users' documents and for the state, the settings of services that use them, the bus, and no vectors of
 * chunks: documents whose vectors are there are not sent.
 */
export async function openServers() {
  const settings = settingsOnServers(randomUUID().slice(0, 8));
  const users = MongoStore.open({ url: settings.MONGODB_URI });
  const state = MongoStore.open({ url: settings.BATCHMILL_STORE });
  const bus = await KafkaBus.open({ url: serverAddresses.kafka, log: new MemoryLog(), replicationFactor: 1 });
  const vectors = await MilvusVectors.open({ url: serverAddresses.milvus });
  await vectors.dropCollection('chunks');
  /** Empties the databases first. */
  const close = async (): Promise<void> => {
    for (const store of [users, state]) {
      for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
      await store.close();
    }
    await bus.close();
    await vectors.dropCollection('chunks');
    await vectors.close();
  };
  return { settings, users, state, bus, close };
}

/** The environment of services on these servers and a simulator of their own. `folder`: for their data. */
export function environmentOfServices(
  settings: Readonly<Record<string, string>>,
  { url }: Pick<SimulatorProcess, 'url'>,
  { folder, batchSize }: { readonly folder: string; readonly batchSize: number },
): Record<string, string> {
  return {
    ...engineEnv,
    ...settings,
    BATCHMILL_HOME: join(folder, 'services'),
    OPENAI_BASE_URL: `${url}/v1`,
    BATCH_SIZE: String(batchSize),
  };
}

/** Requests a run of the chunks. Returns its id. */
export async function requestRun(bus: KafkaBus): Promise<string> {
  const runId = new RandomIds().next();
  const event = new RunRequested({ runId, pipeline: 'chunks', endpoint: 'embeddings' });
  const envelope = envelopeOf(event, { id: runId, at: new Date(), traceparent: null });
  await bus.publish([
    { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/bench') },
  ]);
  return runId;
}

/** The record of the run once it has ended. */
export function endOf(state: MongoStore, runId: string): Promise<Record<string, unknown>> {
  return eventually(
    'the end of the run',
    async () => {
      const run = await state.collection('runs').findOne({ _id: runId });
      return endedRunStates.some((state) => state === run?.['state']) && run;
    },
    timeoutMs,
    100,
  );
}

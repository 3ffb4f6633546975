import type { KafkaBus } from '@batchmill/bus/kafka';
import { RandomIds, envelopeOf, headersOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { endedRunStates } from '@batchmill/records';
import type { MongoStore } from '@batchmill/store/mongo';
import { eventually } from '@batchmill/testing';

const timeoutMs = 900_000;

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

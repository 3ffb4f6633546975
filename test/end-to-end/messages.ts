import { topicOf, type EventClass } from '@batchmill/contracts';
import { RunRejected, RunRequested, events } from '@batchmill/contracts/events';
import { deadLetterSuffix, type IncomingMessage } from '@batchmill/bus';
import { eventually, type TestEngine } from '@batchmill/testing';

/** Publishes as a console producer does: a line of text, without key and headers. */
export async function typeByHand({ engine }: TestEngine, text: string): Promise<void> {
  await engine.bus.publish([{ topic: topicOf(RunRequested), key: null, value: `${text}\n`, headers: {} }]);
}

export async function published<E>({ engine }: TestEngine, event: EventClass): Promise<E[]> {
  const messages = await Array.fromAsync(engine.bus.read(topicOf(event)));
  // The engine published them as this event.
  return messages.map(({ value }) => JSON.parse(String(value)) as E);
}

/** The rejection of a run, as soon as it is published. */
export async function rejectionOf(bundle: TestEngine, runId?: string): Promise<RunRejected> {
  return eventually(`run.rejected of ${runId ?? 'some run'}`, async () => {
    const rejections = await published<RunRejected>(bundle, RunRejected);
    return rejections.find((one) => runId === undefined || one.runId === runId);
  });
}

export async function deadLettersOf({ engine }: TestEngine, event: EventClass): Promise<IncomingMessage[]> {
  return Array.fromAsync(engine.bus.read(topicOf(event) + deadLetterSuffix));
}

/** Of every topic. */
export async function allDeadLetters(bundle: TestEngine): Promise<string[]> {
  const letters = await Promise.all(events.map((event) => deadLettersOf(bundle, event)));
  return letters.flat().map(({ topic, headers }) => `${topic}: ${headers['dlt_cause'] ?? ''}`);
}

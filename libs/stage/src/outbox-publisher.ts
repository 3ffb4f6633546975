import { envelopeOf, headersOf, type Clock, type Event, type EventEnvelope, type Ids } from '@batchmill/contracts';
import type { Bus, OutgoingMessage } from '@batchmill/bus';
import type { Transition } from '@batchmill/records';
import { countEvent, describeSpan, traceparentOf, type Log } from '@batchmill/telemetry';

/** Carries out steps: the write with its facts, then the saying, then the mark that they were said. */
export class OutboxPublisher {
  /** True when a fact could not be said: it stays with its record, and is said again by the clock. */
  #behind = false;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
    private readonly source: string,
  ) {}

  /** True when the step was written. A fact that the bus does not take now does not undo it. */
  async commit(transition: Transition): Promise<boolean> {
    const at = this.clock.now();
    const traceparent = traceparentOf();
    const envelopes = transition.events.map((event) => envelopeOf(event, { id: this.ids.next(), at, traceparent }));
    if (!(await transition.apply(envelopes))) return false;
    for (const event of transition.events) {
      countEvent(event);
      describeSpan(countsIn(event));
    }
    // From here on the facts are true and stored with the record: a crash before the next line is mended by the clock.
    if (envelopes.length > 0) await this.#say(envelopes, transition);
    return true;
  }

  /** Says facts again that were found unsaid; rejects when the bus does not take them. */
  async republish(envelope: EventEnvelope, said: (factId: string) => Promise<void>): Promise<void> {
    await this.bus.publish([messageOf(envelope, this.source)]);
    await said(envelope.id);
  }

  /** Tells once whether something was left unsaid since it was last asked. */
  takeUnpublished(): boolean {
    const behind = this.#behind;
    this.#behind = false;
    return behind;
  }

  async #say(envelopes: readonly EventEnvelope[], transition: Transition): Promise<void> {
    try {
      await this.bus.publish(envelopes.map((envelope) => messageOf(envelope, this.source)));
      for (const envelope of envelopes) await transition.markPublished(envelope.id);
    } catch (error) {
      this.#behind = true;
      this.log.warn('a fact could not be said yet; it is kept and said again', {
        recordId: transition.recordId,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

function messageOf(envelope: EventEnvelope, source: string): OutgoingMessage {
  return { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, source) };
}

/** Ids and counts of a fact, for the span in which it came true. */
function countsIn(event: Event): Record<string, string | number> {
  const told = Object.entries(event).filter(
    (field): field is [string, string | number] =>
      typeof field[1] === 'number' || (typeof field[1] === 'string' && field[0].endsWith('Id')),
  );
  return Object.fromEntries(told.map(([name, value]) => [`batchmill.${name}`, value]));
}

import { envelopeOf, headersOf, type Clock, type Event, type EventEnvelope, type Ids } from '@batchmill/contracts';
import type { Bus, OutgoingMessage } from '@batchmill/bus';
import type { Transition } from '@batchmill/records';
import { countEvent, describeSpan, traceparentOf, type Log } from '@batchmill/telemetry';

/** Who publishes: the process, and the installation that it works for. */
export interface Sender {
  readonly source: string;
  readonly installation: string;
}

/** Commits transitions: writes each with its envelopes, then publishes its events and marks them published. */
export class OutboxPublisher {
  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
    private readonly sender: Sender,
  ) {}

  /** True when the transition was written. It stands even if its events cannot be published now. */
  async commit(transition: Transition): Promise<boolean> {
    const at = this.clock.now();
    const traceparent = traceparentOf();
    const envelopes = transition.events.map((event) => envelopeOf(event, { id: this.ids.next(), at, traceparent }));
    if (!(await transition.apply(envelopes))) return false;
    for (const event of transition.events) {
      countEvent(event);
      describeSpan(idsAndCountsOf(event));
    }
    // From here on the events are stored with the record: after a crash the outbox relay publishes them.
    if (envelopes.length > 0) await this.#publish(envelopes, transition);
    return true;
  }

  /** Publishes an event that stayed in an outbox. Rejects when the bus does not accept it. */
  async republish(envelope: EventEnvelope, markPublished: (eventId: string) => Promise<void>): Promise<void> {
    await this.bus.publish([messageOf(envelope, this.sender)]);
    await markPublished(envelope.id);
  }

  async #publish(envelopes: readonly EventEnvelope[], transition: Transition): Promise<void> {
    try {
      await this.bus.publish(envelopes.map((envelope) => messageOf(envelope, this.sender)));
      for (const envelope of envelopes) await transition.markPublished(envelope.id);
    } catch (error) {
      this.log.warn('an event could not be published; it stays in the outbox and will be republished', {
        recordId: transition.recordId,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

function messageOf(envelope: EventEnvelope, { source, installation }: Sender): OutgoingMessage {
  const { topic, key, data } = envelope;
  return { topic, key, value: data, headers: headersOf(envelope, source, installation) };
}

/** The attributes for the span in which an event was recorded. */
function idsAndCountsOf(event: Event): Record<string, string | number> {
  const fields = Object.entries(event).filter(
    (field): field is [string, string | number] =>
      typeof field[1] === 'number' || (typeof field[1] === 'string' && field[0].endsWith('Id')),
  );
  return Object.fromEntries(fields.map(([name, value]) => [`batchmill.${name}`, value]));
}

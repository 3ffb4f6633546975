import { classOf, topicOf, typeOf, type Event } from './events/event.js';

/** An event as it is stored in the outbox of its record and sent to the bus. */
export interface EventEnvelope {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  /** Null: the event needs no order. */
  readonly key: string | null;
  /** When the event was recorded. */
  readonly at: Date;
  /** The event's fields as JSON. Stored as text, so that every delivery carries the same bytes. */
  readonly data: string;
  readonly traceparent: string | null;
}

/** Wraps an event. `at` is when it was recorded. */
export function envelopeOf(event: Event, about: { id: string; at: Date; traceparent: string | null }): EventEnvelope {
  const eventClass = classOf(event);
  return {
    id: about.id,
    topic: topicOf(eventClass),
    type: typeOf(eventClass),
    key: event.key(),
    at: about.at,
    data: JSON.stringify(event),
    traceparent: about.traceparent,
  };
}

/** The header that names the installation for which a message is. A message without it is for every installation. */
export const installationHeader = 'batchmill_installation';

/**
 * The message headers of an envelope: CloudEvents 1.0, binary mode of the Kafka binding
 * (https://github.com/cloudevents/spec, kafka-protocol-binding). `source` names the process that sends it. `installation`
 * is missing where the sender belongs to none.
 */
export function headersOf(envelope: EventEnvelope, source: string, installation?: string): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_type: envelope.type,
    ce_source: source,
    ce_time: envelope.at.toISOString(),
    'content-type': 'application/json',
    ...(envelope.traceparent === null ? {} : { traceparent: envelope.traceparent }),
    ...(installation === undefined ? {} : { [installationHeader]: installation }),
  };
}

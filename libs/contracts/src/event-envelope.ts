import { classOf, topicOf, typeOf, type Event } from './events/event.js';

/** An event as it is stored unsaid in the record that it speaks of, until the bus has taken it. */
export interface EventEnvelope {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly key: string | null;
  readonly at: Date;
  /** The event's fields as JSON, so that a redelivery is the same to the letter. */
  readonly data: string;
  readonly traceparent: string | null;
}

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

/** CloudEvents 1.0, binary mode of the Kafka binding (https://github.com/cloudevents/spec, kafka-protocol-binding). */
export function headersOf(envelope: EventEnvelope, source: string): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_type: envelope.type,
    ce_source: source,
    ce_time: envelope.at.toISOString(),
    'content-type': 'application/json',
    ...(envelope.traceparent === null ? {} : { traceparent: envelope.traceparent }),
  };
}

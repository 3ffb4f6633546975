import { ValidationError, decodeText, type Event, type EventClass } from '@batchmill/contracts';
import type { IncomingMessage } from '@batchmill/bus';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync, type ValidationError as Violation } from 'class-validator';
import { createHash } from 'node:crypto';

/** Where a consumed event comes from. */
export interface Received {
  /** The same for every delivery of a message: its `ce_id`, else a hash of its position and time in the bus. */
  readonly id: string;
  readonly topic: string;
  /** When the bus recorded the message. */
  readonly at: Date;
  readonly traceparent: string | null;
}

/** A message that cannot be used as the event of its topic. */
export interface Unusable extends Received {
  /** The fields that could be read; empty when the value is not JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** True when it was a right event, which the stage refused. */
  readonly wasRead: boolean;
  readonly reason: string;
}

/** The event of a message, or why it cannot be used. */
export type ReadMessage<E extends Event> =
  { readonly event: E } | { readonly problem: ValidationError; readonly fields: Readonly<Record<string, unknown>> };

/** Reads a message as an event. Fields that the event does not have are ignored: the sender may be newer. */
export function readMessage<E extends Event>(message: IncomingMessage, eventClass: EventClass<E>): ReadMessage<E> {
  const fields = parse(message.value);
  if (fields === null) {
    const problem = new ValidationError(
      'message.not-json',
      `${positionOf(message)}: the value is not a JSON object; expected the fields of ${eventClass.event} as JSON`,
    );
    return { problem, fields: {} };
  }
  const event = plainToInstance(eventClass as unknown as ClassConstructor<E>, fields);
  const violations = validateSync(event, { forbidUnknownValues: true });
  if (violations.length === 0) return { event };
  const problem = new ValidationError(
    'message.not-valid',
    `${positionOf(message)}: not a valid ${eventClass.event}: ${violations.map(messageOf).join('; ')}`,
  );
  return { problem, fields };
}

/** Where a message comes from. */
export function receivedOf(message: IncomingMessage): Received {
  return {
    id: message.headers['ce_id'] ?? hashOf(message),
    topic: message.topic,
    at: message.recordedAt,
    traceparent: message.headers['traceparent'] ?? null,
  };
}

function hashOf({ topic, partition, offset, recordedAt }: IncomingMessage): string {
  const identity = `${topic}|${partition}|${offset}|${recordedAt.getTime()}`;
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

function parse(value: Buffer | null): Record<string, unknown> | null {
  if (value === null) return null;
  try {
    const parsed: unknown = JSON.parse(decodeText(value));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    return { ...parsed };
  } catch {
    return null;
  }
}

function messageOf({ property, constraints }: Violation): string {
  return Object.values(constraints ?? { [property]: `${property} is wrong` }).join(', ');
}

function positionOf({ topic, partition, offset }: IncomingMessage): string {
  return `${topic}/${partition}@${offset}`;
}

import { ValidationError, type Event, type EventClass } from '@batchmill/contracts';
import type { IncomingMessage } from '@batchmill/bus';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync, type ValidationError as Violation } from 'class-validator';
import { createHash } from 'node:crypto';
import type { Received } from './received.js';

export type ReadMessage<E extends Event> =
  { readonly event: E } | { readonly problem: ValidationError; readonly fields: Readonly<Record<string, unknown>> };

/** Reads a message as an event. Fields that the event does not know are let be: a newer sender may know more. */
export function readMessage<E extends Event>(message: IncomingMessage, eventClass: EventClass<E>): ReadMessage<E> {
  const fields = parse(message.value);
  if (fields === null) {
    const problem = new ValidationError(
      'message.not-json',
      `${placeOf(message)}: the value is not a JSON object; wanted the fields of ${eventClass.event} as JSON`,
    );
    return { problem, fields: {} };
  }
  const event = plainToInstance(eventClass as unknown as ClassConstructor<E>, fields);
  const violations = validateSync(event, { forbidUnknownValues: true });
  if (violations.length === 0) return { event };
  const problem = new ValidationError(
    'message.not-valid',
    `${placeOf(message)}: not a usable ${eventClass.event}: ${violations.map(say).join('; ')}`,
  );
  return { problem, fields };
}

/** Two deliveries of one message are the same; two messages are not. */
export function receivedOf(message: IncomingMessage): Received {
  return {
    id: message.headers['ce_id'] ?? hashOf(message),
    topic: message.topic,
    at: message.recordedAt,
    traceparent: message.headers['traceparent'] ?? null,
  };
}

function hashOf({ topic, partition, offset, recordedAt }: IncomingMessage): string {
  const place = `${topic}|${partition}|${offset}|${recordedAt.getTime()}`;
  return createHash('sha256').update(place).digest('hex').slice(0, 32);
}

function parse(value: Buffer | null): Record<string, unknown> | null {
  if (value === null) return null;
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    return { ...parsed };
  } catch {
    return null;
  }
}

function say({ property, constraints }: Violation): string {
  return Object.values(constraints ?? { [property]: `${property} is wrong` }).join(', ');
}

function placeOf({ topic, partition, offset }: IncomingMessage): string {
  return `${topic}/${partition}@${offset}`;
}

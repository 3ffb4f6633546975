import { topicPrefix } from '@batchmill/contracts';
import { deadLetterSuffix, type IncomingMessage, type OutgoingMessage } from '@batchmill/bus';

/** A message that was put aside: what is said of it, without what it holds. */
export interface DeadLetter {
  /** Names it: the event, the partition and the offset of the letter. `run.requested/2/15` */
  readonly id: string;
  /** Where the message came from, and goes again when it is redriven. */
  readonly topic: string;
  readonly key: string | null;
  readonly code: string;
  readonly cause: string;
  /** The consumer group that could not use it. */
  readonly group: string;
  readonly at: Date;
  readonly bytes: number;
}

const marks = 'dlt_';

export function deadLetterFrom({
  topic,
  partition,
  offset,
  key,
  value,
  headers,
  recordedAt,
}: IncomingMessage): DeadLetter {
  return {
    id: `${eventOf(topic)}/${partition}/${offset}`,
    topic: originOf(topic),
    key,
    code: headers[`${marks}code`] ?? 'unknown',
    cause: headers[`${marks}cause`] ?? '',
    group: headers[`${marks}group`] ?? '',
    at: recordedAt,
    bytes: value?.length ?? 0,
  };
}

/** The message as it was before it was put aside. */
export function originalOf({ topic, key, value, headers }: IncomingMessage): OutgoingMessage {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(marks));
  const isTombstone = headers[`${marks}tombstone`] === 'true';
  return { topic: originOf(topic), key, value: isTombstone ? null : value, headers: Object.fromEntries(own) };
}

function originOf(topic: string): string {
  return topic.slice(0, -deadLetterSuffix.length);
}

function eventOf(topic: string): string {
  return originOf(topic).slice(topicPrefix.length);
}

import { topicPrefix } from '@batchmill/contracts';
import { deadLetterSuffix, type IncomingMessage, type OutgoingMessage } from '@batchmill/bus';

/** What is shown of a message on `<topic>.dlt`: everything but its payload. */
export interface DeadLetter {
  /** The event, the partition and the offset of the letter, as in `run.requested/2/15`. */
  readonly id: string;
  /** The topic that the message came from, and to which redrive publishes it. */
  readonly topic: string;
  readonly key: string | null;
  readonly code: string;
  readonly cause: string;
  /** The consumer group that could not use it. */
  readonly group: string;
  readonly at: Date;
  readonly bytes: number;
}

const headerPrefix = 'dlt_';

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
    topic: originTopicOf(topic),
    key,
    code: headers[`${headerPrefix}code`] ?? 'unknown',
    cause: headers[`${headerPrefix}cause`] ?? '',
    group: headers[`${headerPrefix}group`] ?? '',
    at: recordedAt,
    bytes: value?.length ?? 0,
  };
}

/** The original message, without the headers that the dead letter added. */
export function originalOf({ topic, key, value, headers }: IncomingMessage): OutgoingMessage {
  const headersOfMessage = Object.entries(headers).filter(([name]) => !name.startsWith(headerPrefix));
  const isTombstone = headers[`${headerPrefix}tombstone`] === 'true';
  return {
    topic: originTopicOf(topic),
    key,
    value: isTombstone ? null : value,
    headers: Object.fromEntries(headersOfMessage),
  };
}

function originTopicOf(topic: string): string {
  return topic.slice(0, -deadLetterSuffix.length);
}

function eventOf(topic: string): string {
  return originTopicOf(topic).slice(topicPrefix.length);
}

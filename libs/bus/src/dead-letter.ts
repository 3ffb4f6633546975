import type { ErrorCode } from '@batchmill/contracts';
import type { IncomingMessage, OutgoingMessage } from './bus.js';

export const deadLetterSuffix = '.dlt';

/** Why a message was dead-lettered. */
export interface DeadLetterCause {
  readonly group: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The message as it arrived (key, value bytes, headers), with its topic, partition and offset and the cause. */
export function deadLetterOf(message: IncomingMessage, cause: DeadLetterCause): OutgoingMessage {
  return {
    topic: message.topic + deadLetterSuffix,
    key: message.key,
    value: message.value ?? '',
    headers: {
      ...message.headers,
      dlt_topic: message.topic,
      dlt_partition: String(message.partition),
      dlt_offset: message.offset,
      dlt_recorded_at: message.recordedAt.toISOString(),
      dlt_group: cause.group,
      dlt_code: cause.code,
      dlt_cause: cause.message,
      ...(message.value === null ? { dlt_tombstone: 'true' } : {}),
    },
  };
}

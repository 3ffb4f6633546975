import { deadLetterSuffix } from '@batchmill/bus';
import { events, topicOf } from '@batchmill/contracts';

/** Every topic of events with that of its dead letters, without a prefix. */
export const allTopics: readonly string[] = events.map(topicOf).flatMap((topic) => [topic, topic + deadLetterSuffix]);

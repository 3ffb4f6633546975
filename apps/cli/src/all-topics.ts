import { deadLetterSuffix } from '@batchmill/bus';
import { tryConsumerFiles, type ConsumerDefinition } from '@batchmill/consumer';
import { topicOf } from '@batchmill/contracts';
import { events } from '@batchmill/contracts/events';
import type { Settings } from '@batchmill/service';

/** The topics of all events, those of the user's consumers included, without a prefix. */
export function eventTopics(consumers: readonly ConsumerDefinition[]): string[] {
  const own = consumers.flatMap(({ consumes, produces = [] }) => [...produces, ...consumes]);
  return [...new Set([...events, ...own].map(topicOf))];
}

/** The same, each with that of its dead letters. */
export function allTopics(consumers: readonly ConsumerDefinition[]): string[] {
  return eventTopics(consumers).flatMap((topic) => [topic, topic + deadLetterSuffix]);
}

/** The user's consumers that can be loaded: one that is wrong does not keep the others from being seen. */
export async function loadableConsumers({ installation }: Settings): Promise<readonly ConsumerDefinition[]> {
  return (await tryConsumerFiles(installation.consumers)).consumers;
}

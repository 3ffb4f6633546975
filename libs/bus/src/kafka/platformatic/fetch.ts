import {
  FetchIsolationLevels,
  ListOffsetTimestamps,
  protocolErrorsCodesById,
  type ClusterMetadata,
} from '@platformatic/kafka';
import type { IncomingMessage } from '../../bus.js';
import type { BrokerLink } from './broker-link.js';
import type { FetchResponse, FetchResponsePartition } from './fetch-response.js';
import { endOf, incomingMessages } from './incoming-message.js';

/** Where a partition is read. */
export interface Cursor {
  readonly topic: string;
  readonly partition: number;
  /** The offset to fetch. */
  next: bigint;
}

/** What a broker answered for a cursor: its messages, and the offset after them. */
export interface Fetched<C extends Cursor> {
  readonly cursor: C;
  readonly messages: readonly IncomingMessage[];
  readonly next: bigint;
}

const partitionBytes = 1024 * 1024;
const requestBytes = 16 * 1024 * 1024;
/** Earlier ones name topics. */
const firstVersionWithIds = 13;
/** Answers of brokers when a partition has another leader, or its topic was deleted or created again. */
const stale = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
];

/**
 * Fetches from one broker, the leader of all these partitions. Waits for the first message, up to `maxWaitMs`. Partitions
 * that another broker leads meanwhile are left out of the answer, and metadata are forgotten.
 */
export async function fetchFrom<C extends Cursor>(
  link: BrokerLink,
  broker: number,
  cursors: readonly C[],
  { metadata, maxWaitMs }: { readonly metadata: ClusterMetadata; readonly maxWaitMs: number },
): Promise<Fetched<C>[]> {
  const hasIds = (await link.versionOf('Fetch')) >= firstVersionWithIds;
  const idOf = (topic: string) => (hasIds ? (metadata.topics.get(topic)?.id ?? '') : topic);
  const request = [...Map.groupBy(cursors, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topicId: idOf(topic),
    partitions: ofTopic.map(({ partition, next }) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: partitionBytes,
    })),
  }));
  const sessionless = [0, -1];
  const { READ_COMMITTED } = FetchIsolationLevels;
  const asked = link.ask<FetchResponse>(
    'Fetch',
    broker,
    ...[maxWaitMs, 1, requestBytes, READ_COMMITTED, ...sessionless, request, [], ''],
  );
  let failure: unknown = null;
  const response = await asked.catch((error: unknown) => {
    failure = error;
    return responseWithin(error);
  });
  const answers = new Map(
    response.responses.flatMap(({ topicId, partitions }) =>
      partitions.map((partition) => [`${topicId}/${partition.partitionIndex}`, partition] as const),
    ),
  );
  const fetched: Fetched<C>[] = [];
  for (const cursor of cursors) {
    const answer = answers.get(`${idOf(cursor.topic)}/${cursor.partition}`);
    if (answer === undefined) continue;
    if (answer.errorCode === 0) fetched.push(fetchedOf(cursor, answer));
    else if (nameOf(answer) === 'OFFSET_OUT_OF_RANGE') {
      fetched.push({ cursor, messages: [], next: await oldestOf(link, broker, cursor) });
    } else if (stale.includes(nameOf(answer))) link.forgetMetadata();
    else throw failure;
  }
  return fetched;
}

function nameOf({ errorCode }: FetchResponsePartition): string {
  return protocolErrorsCodesById[errorCode] ?? '';
}

function fetchedOf<C extends Cursor>(cursor: C, answer: FetchResponsePartition): Fetched<C> {
  const from = cursor.next;
  const last = answer.records?.at(-1);
  return {
    cursor,
    messages: incomingMessages(cursor.topic, answer, from),
    next: last === undefined ? from : endOf(last),
  };
}

/** The client rejects when the answer for any partition is an error. The answers for the others are within. */
function responseWithin(error: unknown): FetchResponse {
  if (error instanceof Error && 'response' in error) {
    const { response } = error as { response: (FetchResponse & { readonly errorCode: number }) | undefined };
    if (response?.errorCode === 0) return response;
  }
  throw error;
}

/** Messages before it were deleted. */
async function oldestOf(link: BrokerLink, broker: number, { topic, partition }: Cursor): Promise<bigint> {
  const request = [
    {
      name: topic,
      partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: ListOffsetTimestamps.EARLIEST }],
    },
  ];
  const { topics } = await link.ask<ListOffsetsResponse>(
    ...(['ListOffsets', broker, -1, FetchIsolationLevels.READ_COMMITTED, request] as const),
  );
  return topics[0]?.partitions[0]?.offset ?? 0n;
}

interface ListOffsetsResponse {
  readonly topics: readonly { readonly partitions: readonly { readonly offset: bigint }[] }[];
}

/** The cursors by the broker that leads their partitions. Those without a leader are left out. */
export function byLeader<C extends Cursor>(cursors: readonly C[], metadata: ClusterMetadata): Map<number, C[]> {
  const led = Map.groupBy(cursors, ({ topic, partition }) => {
    return metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;
  });
  led.delete(-1);
  return led;
}

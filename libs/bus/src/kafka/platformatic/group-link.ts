import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
  type BaseOptions,
  type Broker,
} from '@platformatic/kafka';
import { requestTimeoutMs } from '../kafka-client.js';
import { says } from '../kafka-error.js';
import { assign, assignmentName, type Share } from './assignment.js';
import { BrokerLink } from './broker-link.js';

export interface GroupLinkOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  /** How long the group waits for its members when another one joins. */
  readonly rebalanceTimeoutMs: number;
}

/** An offset to commit, or one that is committed; null: none. */
export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly next: bigint;
}

const ofGroup = 0;
const consumer = 'consumer';
/** The coordinator is another one now, or not ready, or it cannot be reached. */
const lost = ['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'];
/** The group does not know this member any more, or not in this generation. */
export const forgotten = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'];

/**
 * The requests of one member to the coordinator of its group, by Kafka's protocol for consumer groups. The client has a consumer that
 * does this, but it joins again at once when the group rebalances, while handlers still run, and it repeats a
 * commit in the next generation, in which the partition may be somebody else's.
 */
export class GroupLink {
  private readonly link: BrokerLink;
  private coordinator: Broker | null = null;
  private memberId = '';
  private generation = -1;
  /** True: this member assigns the partitions. */
  private leads = false;

  constructor(
    clientOptions: BaseOptions,
    private readonly options: GroupLinkOptions,
  ) {
    // An answer to a request to join waits for the other members.
    this.link = new BrokerLink({
      ...clientOptions,
      requestTimeout: options.rebalanceTimeoutMs + requestTimeoutMs,
      retries: 0, // the member retries
    });
  }

  get isLeader(): boolean {
    return this.leads;
  }

  /** Resolves with what this member gets, once all members of the group have joined. */
  async join(): Promise<readonly Share[]> {
    for (;;) {
      try {
        return await this.joinOnce();
      } catch (error) {
        // Another member came or went in between.
        if (!says(error, 'REBALANCE_IN_PROGRESS', ...forgotten)) throw error;
        if (says(error, ...forgotten)) this.memberId = '';
      }
    }
  }

  /** Rejects with REBALANCE_IN_PROGRESS when the group wants all of its members to join again. */
  async heartbeat(): Promise<void> {
    await this.soon(this.ask('Heartbeat', this.options.group, this.generation, this.memberId, null));
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ partition, next }) => ({
        partitionIndex: partition,
        committedOffset: next,
        committedLeaderEpoch: -1,
        committedMetadata: null,
      })),
    }));
    const { group } = this.options;
    await this.soon(this.ask('OffsetCommit', group, this.generation, this.memberId, null, topics));
  }

  /** Tells the coordinator, which gives the partitions to others at once. */
  async leave(): Promise<void> {
    if (this.memberId === '') return;
    const { memberId } = this;
    await this.soon(this.ask('LeaveGroup', this.options.group, [{ memberId, groupInstanceId: null, reason: null }]));
  }

  /** Ends a request to join that waits for others. */
  interrupt(): void {
    this.link.breakConnections();
  }

  async close(): Promise<void> {
    await this.link.close();
  }

  private async joinOnce(): Promise<readonly Share[]> {
    const { group, topics, sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    this.leads = false;
    const metadata = encodeConsumerProtocolSubscription({ version: 0, topics: [...topics], userData: Buffer.alloc(0) });
    const protocols = [{ name: assignmentName, metadata }];
    const joined = await this.askToJoin((memberId) => [
      ...[group, sessionTimeoutMs, rebalanceTimeoutMs],
      ...[memberId, null, consumer, protocols, ''],
    ]);
    this.memberId = joined.memberId;
    this.generation = joined.generationId;
    this.leads = joined.leader === joined.memberId;
    const assignments = this.leads ? await this.assignmentsOf(joined.members) : [];
    const { generation, memberId } = this;
    const synced = await this.ask<{ assignment: Buffer }>(
      'SyncGroup',
      ...[group, generation, memberId, null, consumer, assignmentName, assignments],
    );
    return decodeConsumerProtocolAssignment(synced.assignment).assignedPartitions;
  }

  /** The coordinator gives a new member an id first, with which it has to ask again. */
  private async askToJoin(requestAs: (memberId: string) => readonly unknown[]): Promise<JoinResponse> {
    for (;;) {
      try {
        return await this.ask<JoinResponse>('JoinGroup', ...requestAs(this.memberId));
      } catch (error) {
        const given = says(error, 'MEMBER_ID_REQUIRED') ? memberIdWithin(error) : '';
        if (given === '' || given === this.memberId) throw error;
        this.memberId = given;
      }
    }
  }

  private async assignmentsOf(members: JoinResponse['members']): Promise<{ memberId: string; assignment: Buffer }[]> {
    const grouped = members.map(({ memberId, metadata }) => ({
      id: memberId,
      topics: decodeConsumerProtocolSubscription(metadata).topics,
    }));
    const topics = [...new Set(grouped.flatMap((member) => member.topics))].sort();
    this.link.forgetMetadata();
    const metadata = await this.link.metadataOf(topics);
    const counts = new Map(topics.map((topic) => [topic, metadata.topics.get(topic)?.partitionsCount ?? 0]));
    return [...assign(grouped, counts)].map(([memberId, shares]) => ({
      memberId,
      assignment: encodeConsumerProtocolAssignment({ version: 0, assignedPartitions: shares, userData: null }),
    }));
  }

  private async ask<Response>(name: string, ...request: unknown[]): Promise<Response> {
    try {
      this.coordinator ??= await this.findCoordinator();
      return await this.link.ask<Response>(name, this.coordinator, ...request);
    } catch (error) {
      if (says(error, ...lost) || !isAnswer(error)) this.coordinator = null;
      throw error;
    }
  }

  private async findCoordinator(): Promise<Broker> {
    const { group } = this.options;
    const { coordinators } = await this.link.ask<CoordinatorsResponse>('FindCoordinator', 'any', ofGroup, [group]);
    const found = coordinators[0];
    if (found === undefined) throw new Error(`the brokers name no coordinator of the group ${group}`);
    return { host: found.host, port: found.port };
  }

  /** The link waits longer, since it also joins. A coordinator that does not answer in time is looked for again. */
  private async soon<T>(request: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.coordinator = null;
      this.link.breakConnections();
      late.reject(
        Object.assign(new Error('the coordinator of the group does not answer'), { type: 'REQUEST_TIMED_OUT' }),
      );
    }, requestTimeoutMs);
    try {
      return await Promise.race([request, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface JoinResponse {
  readonly memberId: string;
  readonly generationId: number;
  readonly leader: string;
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

interface CoordinatorsResponse {
  readonly coordinators: readonly Broker[];
}

/** A broker has answered, be it with an error. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'response' in error;
}

function memberIdWithin(error: unknown): string {
  const { response } = error as { readonly response?: { readonly memberId?: string } };
  return response?.memberId ?? '';
}

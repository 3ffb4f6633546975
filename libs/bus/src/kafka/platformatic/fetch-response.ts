import type { RecordsBatch } from '@platformatic/kafka';

/** The parts of Kafka's answer to a fetch that we read. The client exports no name for them. */
export interface FetchResponse {
  readonly responses: readonly {
    /** Before version 13 of the request: the name. */
    readonly topicId: string;
    readonly partitions: readonly FetchResponsePartition[];
  }[];
}

export interface FetchResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[] | null;
  readonly records?: readonly RecordsBatch[] | null;
}

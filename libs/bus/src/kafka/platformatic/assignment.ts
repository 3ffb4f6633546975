/** Partitions of a topic. */
export interface Share {
  readonly topic: string;
  readonly partitions: number[];
}

export interface GroupedMember {
  readonly id: string;
  readonly topics: readonly string[];
}

/**
 * The name of our assignment in the group's protocol. It is that of kafkajs, so that members with either client can be in one
 * group while a service is moved from one to the other. The leader assigns, whichever client it has.
 */
export const assignmentName = 'RoundRobinAssigner';

/** Deals the partitions of all topics out to the members, one after the other. A member gets none of a topic that it does not subscribe to. */
export function assign(
  members: readonly GroupedMember[],
  partitionsOf: ReadonlyMap<string, number>,
): Map<string, Share[]> {
  const ordered = [...members].sort((one, other) => (one.id < other.id ? -1 : 1));
  const assigned = new Map<string, Share[]>(ordered.map(({ id }) => [id, []]));
  let turn = 0;
  for (const [topic, count] of partitionsOf) {
    const takers = ordered.filter(({ topics }) => topics.includes(topic));
    for (let partition = 0; partition < count && takers.length > 0; partition += 1, turn += 1) {
      const shares = assigned.get(takers[turn % takers.length]?.id ?? '') ?? [];
      const share = shares.find((each) => each.topic === topic);
      if (share) share.partitions.push(partition);
      else shares.push({ topic, partitions: [partition] });
    }
  }
  return assigned;
}

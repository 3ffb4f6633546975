import { Partitioners, type ICustomPartitioner, type Message } from 'kafkajs';

/**
 * The partition that Kafka's own clients choose for a key (murmur2), any partition without a key, and the same partition
 * when a message is retried: sequence numbers are counted per partition, so a message that moved would leave a gap into
 * which another one could fall unnoticed.
 */
export const steadyPartitioner: ICustomPartitioner = () => {
  const partitionOf = Partitioners.DefaultPartitioner();
  const chosen = new WeakMap<Message, number>();
  return (args) => {
    const partition = chosen.get(args.message) ?? partitionOf(args);
    chosen.set(args.message, partition);
    return partition;
  };
};

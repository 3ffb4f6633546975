import { Partitioners, type ICustomPartitioner, type Message } from 'kafkajs';

/**
 * The partition that Kafka's own clients give a key (murmur2), any one without a key, and the same one whenever the same
 * message is tried again: sequence numbers are counted by partition, so a message that moved would leave a gap into which
 * another one could fall unnoticed.
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

import type { BusDescription, DescribedTopic } from '@batchmill/bus';
import { failed, ok, warning, type Finding } from './finding.js';

/** Kafka's default. A request for a run may name thousands of documents. */
const leastMessageBytes = 1_048_588;

/** Of a list in a message. */
const maxShown = 3;

interface Missing {
  /** All that are needed, without the prefix. */
  readonly topics: readonly string[];
  readonly missing: readonly string[];
  readonly prefix: string;
  /** A process has worked on this state, so its topics existed. */
  readonly hasWorked: boolean;
}

/** The brokers would create them. */
export function missingTopicsFinding(
  { names }: BusDescription,
  { topics, missing, prefix, hasWorked }: Missing,
): Finding {
  const text = `topics with the prefix "${prefix}": ${missing.length} of ${topics.length} are missing`;
  const others = otherPrefixes(names, topics).filter((other) => other !== prefix);
  const isNew = missing.length === topics.length;
  if (isNew && !hasWorked) return ok(`topics with the prefix "${prefix}": can be created, by the first start`);
  if (isNew && others.length > 0) {
    const list = others.slice(0, maxShown).map((other) => `"${other}"`);
    return failed(text, {
      reason: `found none of ours, and those of another installation with the prefix ${list.join(', ')}${others.length > maxShown ? ', …' : ''}`,
      remedy: `set BATCHMILL_TOPIC_PREFIX=${others[0] ?? ''} if that is this one; if it is another: batchmill topics create`,
    });
  }
  const shown = missing.slice(0, maxShown).map((topic) => prefix + topic);
  const reason = `missing: ${shown.join(', ')}${missing.length > shown.length ? ', …' : ''}`;
  const trouble = { reason, remedy: 'batchmill topics create' };
  return isNew ? failed(text, trouble) : warning(text, trouble);
}

/** What stands before one of our topics in the names of all. */
function otherPrefixes(names: readonly string[], topics: readonly string[]): string[] {
  const prefixes = names.flatMap((name) => {
    const topic = topics.find((each) => name.endsWith(each));
    return topic === undefined ? [] : [name.slice(0, name.length - topic.length)];
  });
  return [...new Set(prefixes)].filter((prefix) => prefix === '' || /[._-]$/.test(prefix));
}

interface Wanted {
  readonly prefix: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Topics that were not created by us, or with other settings. */
export function settingFindings({ topics, brokers }: BusDescription, { prefix, settings }: Wanted): Finding[] {
  const { partitions, replicationFactor } = settings;
  const replicas = Math.min(Number(replicationFactor ?? 1), brokers ?? 1);
  const named = (which: (topic: DescribedTopic) => boolean) =>
    topics.filter(which).map(({ topic }) => `${prefix}${topic}`);
  const alter =
    'kafka-configs.sh --bootstrap-server HOST:9092 --alter --entity-type topics --entity-name TOPIC --add-config';
  const wrong = [
    {
      which: named((topic) => topic.isTimedByBus === false),
      reason: 'the producer’s clock gives messages their time, and commands are ordered by that time',
      remedy: `${alter} message.timestamp.type=LogAppendTime`,
    },
    {
      which: named(({ maxMessageBytes }) => maxMessageBytes !== null && maxMessageBytes < leastMessageBytes),
      reason: `messages may have less than ${leastMessageBytes} bytes, which a run of many named documents needs`,
      remedy: `${alter} max.message.bytes=${leastMessageBytes}`,
    },
    {
      which: named((topic) => topic.partitions !== null && topic.partitions < Number(partitions ?? 1)),
      reason: `found fewer partitions than BATCHMILL_PARTITIONS=${Number(partitions ?? 1)}`,
      remedy: `while no service runs: kafka-topics.sh --bootstrap-server HOST:9092 --alter --topic TOPIC --partitions ${Number(partitions ?? 1)}, or set BATCHMILL_PARTITIONS lower`,
    },
    {
      which: named((topic) => topic.replicas !== null && topic.replicas < replicas),
      reason: `found fewer replicas than BATCHMILL_REPLICATION and the brokers allow, which is ${replicas}`,
      remedy: 'kafka-reassign-partitions.sh, or set BATCHMILL_REPLICATION lower',
    },
  ];
  return wrong
    .filter(({ which }) => which.length > 0)
    .map(({ which, ...trouble }) => warning(`settings of ${which.length} topics, such as ${which[0] ?? ''}`, trouble));
}

import { logLevel, type LogEntry, type logCreator } from 'kafkajs';
import type { KafkaLog } from '../kafka-log.js';

const quietMs = 60_000;
const shownFields = ['groupId', 'topic', 'partition', 'broker', 'retryCount', 'retryTime'];
/** Temporary answers that are part of every rebalance, of a new topic and of a broker's first minute. */
const ordinary =
  /^kafka client: Response |rebalanc|coordinator is not|coordinator not available|is loading|not aware of this member|not the leader/i;

/**
 * The client's log entries in our log, one level lower: the client retries what it calls an error, and what it cannot
 * repair becomes an error of a call or the end of a subscription. The same entry is a warning at most once a minute.
 */
export function logThrough(log: KafkaLog, now: () => number = () => performance.now()): logCreator {
  const lastSaid = new Map<string, number>();
  const isNews = (words: string): boolean => {
    const before = lastSaid.get(words);
    if (before !== undefined && now() - before < quietMs) return false;
    lastSaid.set(words, now());
    return true;
  };
  return () => (entry) => {
    const fields = fieldsOf(entry);
    const words = `kafka client: ${entry.log.message}`;
    const text = `${words} ${fields.error ?? ''}`;
    if (entry.level === logLevel.ERROR && !ordinary.test(text) && isNews(words)) log.warn(words, fields);
    else log.debug(words, fields);
  };
}

interface Fields {
  readonly operation: string;
  readonly error?: string;
  readonly [field: string]: unknown;
}

function fieldsOf({ namespace, log }: LogEntry): Fields {
  const all: Readonly<Record<string, unknown>> = log;
  const shown = shownFields.filter((field) => all[field] !== undefined).map((field) => [field, all[field]] as const);
  const error = all['error'] instanceof Error ? all['error'].message : all['error'];
  return {
    operation: `bus ${namespace}`.trim(),
    ...Object.fromEntries(shown),
    ...(typeof error === 'string' ? { error: error.slice(0, 300) } : {}),
  };
}

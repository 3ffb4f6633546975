export interface Topics {
  /** The most relevant first. */
  readonly topics: readonly Topic[];
}

export interface Topic {
  readonly name: string;
  /** From 0 to 1. */
  readonly relevance: number;
}

/** Each topic once, whatever its case, as it is told where it is most relevant. */
export function mergeTopics(told: readonly Topics[]): Topics {
  const best = new Map<string, Topic>();
  for (const topic of told.flatMap(({ topics }) => topics)) {
    const key = topic.name.toLowerCase();
    const before = best.get(key);
    if (before === undefined || topic.relevance > before.relevance) best.set(key, topic);
  }
  return { topics: [...best.values()].sort((one, other) => other.relevance - one.relevance) };
}

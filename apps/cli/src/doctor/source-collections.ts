import type { Pipelines } from '@batchmill/pipeline';

/** The collections that pipelines read, with the names of those pipelines. */
export function sourceCollections(pipelines: Pipelines): Map<string, string[]> {
  const collections = new Map<string, string[]>();
  for (const name of pipelines.names()) {
    const { collection } = pipelines.get(name).source;
    collections.set(collection, [...(collections.get(collection) ?? []), name]);
  }
  return collections;
}

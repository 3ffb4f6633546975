import { ValidationError } from '@batchmill/contracts';
import { endedRunStates } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { targetsOf } from './list-collections.js';

/**
 * Throws a ValidationError unless the collection may be dropped: `collection.unknown` if this installation has not written into it,
 * `collection.in-use` while a pipeline or a run writes into it.
 */
export async function expectUnused(engine: Engine, collection: string): Promise<void> {
  if ((await engine.writtenCollections.get(collection)) === null) {
    throw new ValidationError(
      'collection.unknown',
      `${collection}: this installation has written nothing into it; batchmill vectors list shows those that there are`,
    );
  }
  const [user] = targetsOf(engine.pipelines).find(([, target]) => target.collection === collection) ?? [];
  if (user !== undefined) throw inUse(collection, `pipeline ${user}`);
  for await (const { _id, state, storageTargets } of engine.runs.latest(Infinity)) {
    if (endedRunStates.includes(state)) continue;
    if (storageTargets?.['embeddings.vectors.collection'] === collection) throw inUse(collection, `run ${_id}`);
  }
}

/** Rejects with a ValidationError `vectors.has-alias` while an alias points to it. */
export async function dropCollection({ vectors, writtenCollections }: Engine, collection: string): Promise<void> {
  await vectors.dropCollection(collection);
  await writtenCollections.forget(collection);
  await vectors.compact();
}

function inUse(collection: string, by: string): ValidationError {
  return new ValidationError('collection.in-use', `${collection} was not dropped: ${by} writes into it`);
}

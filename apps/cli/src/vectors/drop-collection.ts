import { ValidationError } from '@batchmill/contracts';
import { endedRunStates } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { targetsOf } from './list-collections.js';

/**
 * Throws a ValidationError unless the collection may be dropped: `collection.unknown` if this installation has not written into it,
 * `collection.in-use` while a pipeline or a run writes into it, or the alias of a pipeline points to it.
 */
export async function expectUnused(engine: Engine, collection: string): Promise<void> {
  if ((await engine.writtenCollections.get(collection)) === null) {
    throw new ValidationError(
      'collection.unknown',
      `${collection}: this installation has written nothing into it; batchmill vectors list shows those that there are`,
    );
  }
  for (const [name, { alias, collection: own }] of targetsOf(engine.pipelines)) {
    if (own === collection) throw inUse(collection, `pipeline ${name} writes into it`);
    if (alias !== null && (await engine.vectors.collectionOf(alias))?.name === collection)
      throw inUse(collection, `the alias ${alias} of pipeline ${name} points to it`);
  }
  for await (const { _id, state, storageTargets } of engine.runs.latest(Infinity)) {
    if (endedRunStates.includes(state)) continue;
    if (storageTargets?.['embeddings.vectors.collection'] === collection)
      throw inUse(collection, `run ${_id} writes into it`);
  }
}

/** Rejects with a ValidationError `vectors.has-alias` while an alias points to it. */
export async function dropCollection({ vectors, writtenCollections }: Engine, collection: string): Promise<void> {
  await vectors.dropCollection(collection);
  await writtenCollections.forget(collection);
  await vectors.compact();
}

function inUse(collection: string, why: string): ValidationError {
  return new ValidationError('collection.in-use', `${collection} was not dropped: ${why}`);
}

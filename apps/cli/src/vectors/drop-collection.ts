import { ValidationError } from '@batchmill/contracts';
import { endedRunStates } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { targetsOf } from './list-collections.js';

/** A collection that may be dropped. */
export interface UnusedCollection {
  readonly vectors: number;
  /** Aliases that point to it and that no pipeline names. They go with it. */
  readonly aliases: readonly string[];
  /** Pipelines that have written into it and are not loaded. */
  readonly unloaded: readonly string[];
}

/**
 * Rejects with a ValidationError unless the collection may be dropped: `collection.unknown` if this installation has not written into it,
 * `collection.in-use` while a pipeline or a run writes into it, or the alias of a pipeline points to it.
 */
export async function expectUnused(engine: Engine, collection: string): Promise<UnusedCollection> {
  const written = await engine.writtenCollections.get(collection);
  if (written === null) {
    throw new ValidationError(
      'collection.unknown',
      `${collection}: this installation has written nothing into it; batchmill vectors list shows those that there are`,
    );
  }
  const targets = targetsOf(engine.pipelines);
  for (const [name, { alias, collection: own }] of targets) {
    if (own === collection) throw inUse(collection, `pipeline ${name} writes into it`);
    if (alias !== null && (await engine.vectors.collectionOf(alias))?.name === collection)
      throw inUse(collection, `the alias ${alias} of pipeline ${name} points to it`);
  }
  for await (const { _id, state, storageTargets } of engine.runs.latest(Infinity)) {
    if (endedRunStates.includes(state)) continue;
    if (storageTargets?.['embeddings.vectors.collection'] === collection)
      throw inUse(collection, `run ${_id} writes into it`);
  }
  const loaded = engine.pipelines.names();
  return {
    vectors: await engine.vectors.count(collection),
    aliases: await engine.vectors.aliasesOf(collection),
    unloaded: (written.pipelines ?? []).filter((name) => !loaded.includes(name)),
  };
}

/** Rejects as `expectUnused` does: a run may have begun meanwhile. */
export async function dropCollection(engine: Engine, collection: string): Promise<UnusedCollection> {
  const dropped = await expectUnused(engine, collection);
  for (const alias of dropped.aliases) await engine.vectors.dropAlias(alias);
  await engine.vectors.dropCollection(collection);
  await engine.writtenCollections.forget(collection);
  await engine.vectors.compact();
  return dropped;
}

function inUse(collection: string, why: string): ValidationError {
  return new ValidationError('collection.in-use', `${collection} was not dropped: ${why}`);
}

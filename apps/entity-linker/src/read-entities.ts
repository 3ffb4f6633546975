import type { Collection } from '@batchmill/store';
import type { Entity } from './matching/entity.js';

/** The entities of the database, as they come: `{ _id, name, aliases, type }`. One without a name is none. */
export async function* readEntities(collection: Collection): AsyncGenerator<Entity, void, undefined> {
  const projection = { name: 1, aliases: 1, type: 1 } as const;
  for await (const { _id, name, aliases, type } of collection.find({}, { projection })) {
    if (typeof name !== 'string') continue;
    const known: readonly unknown[] = Array.isArray(aliases) ? aliases : [];
    yield {
      id: _id,
      name,
      aliases: known.filter((alias) => typeof alias === 'string'),
      type: typeof type === 'string' ? type : null,
    };
  }
}

import type { Collection } from '@batchmill/store';

/** The types that the model distinguishes. The database may have others. */
export type EntityType = 'organization' | 'person' | 'place' | 'other';

/** An entity of the database. */
export interface Entity {
  readonly id: unknown;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Null when the database has none. */
  readonly type: string | null;
}

/** A name that the model found in the stories. */
export interface Mention {
  readonly name: string;
  readonly type: EntityType;
}

/** Reads entities in the order of the database: `{ _id, name, aliases, type }`. Skips those without a name. */
export async function* readEntities(collection: Collection): AsyncGenerator<Entity, void, undefined> {
  const projection = { name: 1, aliases: 1, type: 1 } as const;
  for await (const { _id, name, aliases, type } of collection.find({}, { projection })) {
    if (typeof name !== 'string') continue;
    const list: readonly unknown[] = Array.isArray(aliases) ? aliases : [];
    yield {
      id: _id,
      name,
      aliases: list.filter((alias) => typeof alias === 'string'),
      type: typeof type === 'string' ? type : null,
    };
  }
}

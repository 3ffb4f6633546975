/** As the model tells them apart, and as the database may. */
export type EntityType = 'organization' | 'person' | 'place' | 'other';

/** An entity of the database. */
export interface Entity {
  readonly id: unknown;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Null: the database does not say. */
  readonly type: string | null;
}

/** A name as the model told it. */
export interface Mention {
  readonly name: string;
  readonly type: EntityType;
}

import { comparableName, type ComparableName } from './comparable-name.js';
import type { Entity, EntityType } from './entity.js';

/** A name by which an entity is known. */
export interface EntityName {
  readonly entity: Entity;
  readonly isAlias: boolean;
  readonly comparable: ComparableName;
}

/** Words in more names than these tell nothing of one of them: bank, of, united. */
const tellingNames = 500;

/** The names of all entities, found by what a mention has in common with them. Held in memory. */
export class EntityNames {
  readonly #byWhole = new Map<string, EntityName[]>();
  readonly #byCore = new Map<string, EntityName[]>();
  readonly #byInitials = new Map<string, EntityName[]>();
  readonly #byBeginning = new Map<string, EntityName[]>();
  readonly #byWord = new Map<string, EntityName[]>();

  static async read(entities: AsyncIterable<Entity> | Iterable<Entity>): Promise<EntityNames> {
    const names = new EntityNames();
    for await (const entity of entities) names.#add(entity);
    return names;
  }

  /** The same text, but for case, marks and punctuation. */
  ofWhole(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byWhole.get(mention.whole), type);
  }

  /** The same words, but for the legal form and the spaces between them. */
  ofCore(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byCore.get(mention.core), type);
  }

  /** As many words, each beginning with the same letter. */
  ofInitials(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byInitials.get(initials(mention)), type);
  }

  /** Those that begin alike, wherever the spaces are. */
  ofBeginning(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byBeginning.get(beginning(mention)), type);
  }

  /** Those that have a word in common that tells something. */
  ofWords(mention: ComparableName, type: EntityType): readonly EntityName[] {
    const found = mention.words.map((word) => this.#byWord.get(word) ?? []);
    return ofType(found.filter(({ length }) => length <= tellingNames).flat(), type);
  }

  #add(entity: Entity): void {
    for (const [index, text] of [entity.name, ...entity.aliases].entries()) {
      const comparable = comparableName(text);
      if (comparable.core === '') continue;
      const name = { entity, isAlias: index > 0, comparable };
      put(this.#byWhole, comparable.whole, name);
      put(this.#byCore, comparable.core, name);
      put(this.#byInitials, initials(comparable), name);
      put(this.#byBeginning, beginning(comparable), name);
      for (const word of new Set(comparable.words)) put(this.#byWord, word, name);
    }
  }
}

function initials({ words }: ComparableName): string {
  return words.map((word) => word.slice(0, 1)).join(' ');
}

function beginning({ core }: ComparableName): string {
  return core.slice(0, 4);
}

/** `other`, and a type that is not said, may be anything. */
function ofType(names: readonly EntityName[] = [], type: EntityType): readonly EntityName[] {
  if (type === 'other') return names;
  return names.filter(({ entity }) => entity.type === null || entity.type === 'other' || entity.type === type);
}

function put(index: Map<string, EntityName[]>, key: string, name: EntityName): void {
  const there = index.get(key);
  if (there === undefined) index.set(key, [name]);
  else there.push(name);
}

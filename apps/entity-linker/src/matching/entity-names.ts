import { comparableName, type ComparableName } from './comparable-name.js';
import type { Entity, EntityType } from './entity.js';

/** A name or an alias of an entity. */
export interface EntityName {
  readonly entity: Entity;
  readonly isAlias: boolean;
  readonly comparable: ComparableName;
}

/** A word in more names than this does not distinguish them: bank, of, united. */
const maxNamesOfWord = 500;

/** An index of the names of all entities, in memory. Each method returns the names that have something in common with a mention. */
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

  /** The same text, except for case, diacritics and punctuation. */
  ofWhole(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byWhole.get(mention.whole), type);
  }

  /** The same words, except for the legal form and the spaces between them. */
  ofCore(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byCore.get(mention.core), type);
  }

  /** The same number of words, with the same first letters. */
  ofInitials(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byInitials.get(initials(mention)), type);
  }

  /** The same first four letters, without spaces. */
  ofBeginning(mention: ComparableName, type: EntityType): readonly EntityName[] {
    return ofType(this.#byBeginning.get(beginning(mention)), type);
  }

  /** A word in common, unless it is in too many names. */
  ofWords(mention: ComparableName, type: EntityType): readonly EntityName[] {
    const namesOfWords = mention.words.map((word) => this.#byWord.get(word) ?? []);
    return ofType(namesOfWords.filter(({ length }) => length <= maxNamesOfWord).flat(), type);
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

/** `other`, and no type at all, match every type. */
function ofType(names: readonly EntityName[] = [], type: EntityType): readonly EntityName[] {
  if (type === 'other') return names;
  return names.filter(({ entity }) => entity.type === null || entity.type === 'other' || entity.type === type);
}

function put(index: Map<string, EntityName[]>, key: string, name: EntityName): void {
  const names = index.get(key);
  if (names === undefined) index.set(key, [name]);
  else names.push(name);
}

import { ValidationError } from '@batchmill/contracts';

/** What of this service can be set, as the settings of the line are. */
export class LinkerSettings {
  constructor(
    /** The collection of the entities: `{ _id, name, aliases, type }`. */
    readonly entities: string,
    readonly storyTopics: string,
    readonly storyEntities: string,
    /** Edits of a word, relative to its length, up to which it is near. */
    readonly threshold: number,
  ) {}
}

/** Reads them: unset, the default. Throws a ValidationError `entity-linker.wrong-setting` that names all that is wrong. */
export function readLinkerSettings(said: (name: string) => string | undefined): LinkerSettings {
  const problems: string[] = [];
  const collection = (name: string, otherwise: string): string => {
    const text = said(name)?.trim() ?? otherwise;
    if (!/^(?!system\.)[^$\0]{1,120}$/.test(text)) problems.push(wrong(name, text, 'the name of a collection'));
    return text;
  };
  const share = (name: string, otherwise: number): number => {
    const text = said(name)?.trim() ?? String(otherwise);
    const number = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= 0 && number <= 0.5)) problems.push(wrong(name, text, 'a number from 0 to 0.5'));
    return number;
  };
  const settings = new LinkerSettings(
    collection('ENTITY_LINKER_ENTITIES', 'entities'),
    collection('ENTITY_LINKER_STORY_TOPICS', 'story_topics'),
    collection('ENTITY_LINKER_STORY_ENTITIES', 'story_entities'),
    share('ENTITY_LINKER_THRESHOLD', 0.17),
  );
  if (problems.length > 0) throw new ValidationError('entity-linker.wrong-setting', problems.join('\n'));
  return settings;
}

function wrong(name: string, found: string, wanted: string): string {
  return `${name}: found ${JSON.stringify(found.slice(0, 200))}, expected ${wanted}`;
}

import { ValidationError } from '@batchmill/contracts';

/** The settings of this service. They come from the same place as the settings of the stages. */
export class LinkerSettings {
  constructor(
    /** The collection of the entities: `{ _id, name, aliases, type }`. */
    readonly entities: string,
    readonly storyTopics: string,
    readonly storyEntities: string,
    /** The most edits of a word, relative to its length, with which it is near. */
    readonly threshold: number,
  ) {}
}

/** A setting without a value has its default. Throws a ValidationError `entity-linker.invalid-setting` that names all wrong ones. */
export function readLinkerSettings(rawSetting: (name: string) => string | undefined): LinkerSettings {
  const problems: string[] = [];
  const collection = (name: string, defaultName: string): string => {
    const text = rawSetting(name)?.trim() ?? defaultName;
    if (!/^(?!system\.)[^$\0]{1,120}$/.test(text)) problems.push(problem(name, text, 'the name of a collection'));
    return text;
  };
  const fraction = (name: string, defaultFraction: number): number => {
    const text = rawSetting(name)?.trim() ?? String(defaultFraction);
    const number = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= 0 && number <= 0.5)) problems.push(problem(name, text, 'a number from 0 to 0.5'));
    return number;
  };
  const settings = new LinkerSettings(
    collection('ENTITY_LINKER_ENTITIES', 'entities'),
    collection('ENTITY_LINKER_STORY_TOPICS', 'story_topics'),
    collection('ENTITY_LINKER_STORY_ENTITIES', 'story_entities'),
    fraction('ENTITY_LINKER_THRESHOLD', 0.17),
  );
  if (problems.length > 0) throw new ValidationError('entity-linker.invalid-setting', problems.join('\n'));
  return settings;
}

function problem(name: string, found: string, expected: string): string {
  return `${name}: found ${JSON.stringify(found.slice(0, 200))}, expected ${expected}`;
}

import { describe, expect, it } from '@jest/globals';
import { LinkerSettings, readLinkerSettings } from './linker-settings.js';

describe('the settings of entity-linker', () => {
  it('C6: each has a default', () => {
    const settings = readLinkerSettings(() => undefined);

    expect(settings).toEqual(new LinkerSettings('entities', 'story_topics', 'story_entities', 0.17));
  });

  it('C6: each can be set', () => {
    const raw: Readonly<Record<string, string>> = {
      ENTITY_LINKER_ENTITIES: 'companies',
      ENTITY_LINKER_STORY_TOPICS: 'topics',
      ENTITY_LINKER_STORY_ENTITIES: 'links',
      ENTITY_LINKER_THRESHOLD: '.25',
    };

    expect(readLinkerSettings((name) => raw[name])).toEqual(new LinkerSettings('companies', 'topics', 'links', 0.25));
  });

  it('C6: all wrong settings are named in one error, with what was expected', () => {
    const raw: Readonly<Record<string, string>> = {
      ENTITY_LINKER_ENTITIES: 'system.users',
      ENTITY_LINKER_THRESHOLD: '17%',
    };
    const reading = (): unknown => readLinkerSettings((name) => raw[name]);

    expect(reading).toThrow(expect.objectContaining({ code: 'entity-linker.invalid-setting' }));
    expect(reading).toThrow('ENTITY_LINKER_ENTITIES: found "system.users", expected the name of a collection');
    expect(reading).toThrow('ENTITY_LINKER_THRESHOLD: found "17%", expected a number from 0 to 0.5');
  });
});

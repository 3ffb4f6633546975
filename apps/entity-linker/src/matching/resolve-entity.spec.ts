import { encodeId } from '@batchmill/documents';
import { describe, expect, it } from '@jest/globals';
import { misspellings, type Misspelling } from '../testing/misspelled.js';
import { knownEntities, nearMisses } from '../testing/near-misses.js';
import { EntityNames } from './entity-names.js';
import type { Entity, EntityType } from './entity.js';
import { resolveEntity, type Resolution } from './resolve-entity.js';

const threshold = 0.17;

describe('resolveEntity', () => {
  it.each([
    ['by its name', 'APPLE, INC.', 'organization', 'exact', 'apple'],
    ['by its name without the legal form', 'Siemens', 'organization', 'exact', 'siemens'],
    ['by an alias', 'socgen', 'organization', 'alias', 'societe-generale'],
    ['by a name that is near', 'Volkswagon', 'organization', 'near', 'volkswagen'],
    ['by its name before an alias of another', 'Washington', 'place', 'exact', 'washington-state'],
    ['by an alias before a name without the legal form', 'Meta', 'organization', 'alias', 'meta'],
  ] as const)('I4: an entity is found %s', async (_, name, type, match, id) => {
    expect(await resolved(name, type)).toMatchObject({ match, entity: { id } });
  });

  it('I4: the score is the similarity of the names', async () => {
    expect(await resolved('Apple Inc', 'organization')).toMatchObject({ match: 'exact', score: 1 });
    expect(await resolved('Volkswagon', 'organization')).toMatchObject({ match: 'near', score: 0.9 });
  });

  it.each([
    ['a name that is only similar', 'Apple Hospitality', 'organization', ['apple-hospitality', 'apple']],
    ['homonyms', 'Georgia', 'place', ['georgia-country', 'georgia-state']],
    ['an alias of two', 'George Bush', 'person', ['bush-father', 'bush-son']],
    ['a name of two without the legal form', 'Merck', 'organization', ['merck-de', 'merck-us']],
    ['an unknown name', 'Zzyzx', 'place', []],
    ['a name without a letter', '—', 'other', []],
  ] as const)('I4: %s stays unresolved, with the best candidates', async (_, name, type, ids) => {
    const resolution = await resolved(name, type);

    expect(resolution.match).toBeNull();
    expect(resolution.match === null && resolution.candidates.map(({ entity }) => entity.id)).toEqual(ids);
  });

  it('I4: an entity without a type matches every type, and one with another type does not match', async () => {
    const names = await EntityNames.read([entity('untyped', null), entity('typed', 'person')]);

    const idOf = (name: string, type: EntityType): unknown => {
      const resolution = resolveEntity({ name, type }, names, threshold);
      return resolution.match === null ? null : resolution.entity.id;
    };

    expect([idOf('untyped', 'place'), idOf('typed', 'other'), idOf('typed', 'place')]).toEqual([
      'untyped',
      'typed',
      null,
    ]);
  });

  it('I4: the result does not depend on the order of the database', async () => {
    const backwards = await EntityNames.read(knownEntities.toReversed());

    for (const { mention } of nearMisses) {
      expect(resolveEntity(mention, backwards, threshold)).toEqual(await resolved(mention.name, mention.type));
    }
  });

  it('I4: the table of near misses has few false matches, and few names are missed', async () => {
    const counts = await countsOf(nearMisses, 'near-misses');

    expect(counts.falseMatches.length).toBeLessThanOrEqual(2);
    expect(counts.missed.length).toBeLessThanOrEqual(5);
  });

  it('I4: no seeded misspelling matches another entity, and most of them match', async () => {
    const counts = await countsOf(misspellings(knownEntities, 20, 7), 'misspellings');

    expect(counts.falseMatches).toEqual([]);
    expect(counts.missed.length / counts.all).toBeLessThan(0.35);
  });
});

const known = EntityNames.read(knownEntities);

async function resolved(name: string, type: EntityType): Promise<Resolution> {
  return resolveEntity({ name, type }, await known, threshold);
}

interface Counts {
  readonly all: number;
  readonly falseMatches: readonly string[];
  readonly missed: readonly string[];
}

/** Also prints the counts, to judge a change of the rules by. */
async function countsOf(cases: readonly Misspelling[], title: string): Promise<Counts> {
  const falseMatches: string[] = [];
  const missed: string[] = [];
  for (const { mention, id } of cases) {
    const resolution = await resolved(mention.name, mention.type);
    const matchedId = resolution.match === null ? null : resolution.entity.id;
    if (matchedId === id) continue;
    if (matchedId === null) missed.push(mention.name);
    else falseMatches.push(`${mention.name} → ${encodeId(matchedId)}`);
  }
  process.stdout.write(
    `${title}: ${cases.length}, false matches ${falseMatches.length}, missed ${missed.length}` +
      ` (${[...new Set([...falseMatches, ...missed])].slice(0, 12).join('; ')})\n`,
  );
  return { all: cases.length, falseMatches, missed };
}

function entity(id: string, type: string | null): Entity {
  return { id, name: id, aliases: [], type };
}

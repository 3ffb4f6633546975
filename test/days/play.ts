import { expect } from '@jest/globals';
import type { SeededSuite } from '../faults/describe-part.js';
import { noteRun } from '../faults/note-run.js';
import { daysOf, type Day } from './day.js';
import { LivedCollection, type OpenPlaces } from './lived-collection.js';
import { problemsIn } from './oracle.js';
import { openEmbedded } from './places.js';

/** Of a life in `npm run test:days`. */
export const daysOfLife = 50;

/** Lives through the days of a seed, and expects that nothing is wrong in any evening. */
export async function live(seed: number, count: number, open: OpenPlaces = openEmbedded): Promise<void> {
  const startedMs = performance.now();
  const collection = await LivedCollection.open(seed, open);
  const lived: Day[] = [];
  let problems: readonly string[] = [];
  try {
    for (const day of daysOf(seed, count)) {
      lived.push(day);
      problems = await collection.live(day, (evidence) => problemsIn(evidence));
      if (problems.length > 0) break;
    }
    noteRun({
      seed,
      seconds: (performance.now() - startedMs) / 1000,
      faults: [...new Set(lived.flatMap(({ fault }) => (fault === null ? [] : [fault.name])))],
      kills: collection.hits.filter((hit) => hit === 'kill').length,
      freezes: collection.hits.filter((hit) => hit === 'freeze').length,
      problems,
    });
    // The day on which something went wrong is part of what is printed.
    const day = problems.length === 0 ? null : { number: lived.length, ...lived.at(-1) };
    expect({ again: `npm run test:days -- --seed ${seed}`, day, problems }).toMatchObject({ day: null, problems: [] });
  } finally {
    await collection.close();
  }
}

export const seededDays: SeededSuite = {
  name: 'the days of a collection',
  titleOf: (seed) => `seed ${seed}, ${daysOfLife} days`,
  play: (seed) => live(seed, daysOfLife),
  policy: 'E4 R10: every evening vectors and answers are those of the documents',
};

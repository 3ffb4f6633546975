import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { momentOf } from '../crash/moments.js';
import { KilledEngine, type Afterwards } from './killed-engine.js';

const alone: readonly (readonly [string, Afterwards])[] = [
  ['interleaving 1: documents are marked, their claim not sealed', 'restarted'],
  ['half uploaded', 'restarted'],
  ['after create was accepted, before its answer', 'taken over by a replica'],
  ['interleaving 12: after the documents, before the checkpoint', 'taken over by a replica'],
];
const together = ['in mid-download', 'a batch is recorded, nobody told'] as const;

/** A few of the moments; test/real/whole has them all. */
describe('kill -9 of a service on real servers', () => {
  let struck: KilledEngine;

  beforeAll(async () => {
    struck = await KilledEngine.open();
  });
  afterAll(() => struck.close(), 600_000);

  it.each(alone)('at the moment: %s; %s', (name, afterwards) => struck.killAt(momentOf(name), afterwards), 240_000);

  it(
    `two services at once: ${together.join(', and ')}`,
    () => struck.killBoth(momentOf(together[0]), momentOf(together[1])),
    240_000,
  );

  it('every moment was hit; nothing is billed twice, no vector is double, and no file is left at the provider', async () => {
    struck.expectHit([...alone.map(([name]) => momentOf(name)), ...together.map(momentOf)]);
    await struck.expectNothingTwice();
  });
});

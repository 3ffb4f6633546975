import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { momentOf, moments, type Moment } from '../../crash/moments.js';
import { KilledEngine, type Afterwards } from '../killed-engine.js';

const timeoutMs = 600_000;

/** Turn and turn about, so that every service meets both. */
const alone = moments.map((moment, index): [string, string, Afterwards, Moment] => {
  return [moment.service, moment.name, index % 2 === 0 ? 'restarted' : 'taken over by a replica', moment];
});

/** The second of a pair stands before the first in the line: it comes to its moment while the first is dead. */
const together = (
  [
    ['in mid-download', 'after create was accepted, before its answer'],
    ['after the vectors, before the documents', 'half uploaded'],
    ['interleaving 12: after the documents, before the checkpoint', 'a batch is settled, nobody told'],
    ['in a look at a batch', 'a batch is recorded, nobody told'],
    ['armed, create not called', 'interleaving 1: documents are marked, their claim not sealed'],
    ['a notification is recorded, its message not committed', 'a run has ended, nobody told'],
  ] as const
).map(([first, second]): [string, string, Moment, Moment] => [first, second, momentOf(first), momentOf(second)]);

/** Every run finds what the former moments left at the servers; all is looked at once more at the end. */
describe('kill -9 of every service on real servers', () => {
  let struck: KilledEngine;

  beforeAll(async () => {
    struck = await KilledEngine.open();
  });
  afterAll(() => struck.close(), 600_000);

  it.each(alone)(
    'of %s at the moment: %s; %s',
    (_, __, afterwards, moment) => struck.killAt(moment, afterwards),
    timeoutMs,
  );

  it.each(together)('of two at once: %s; and %s', (_, __, first, second) => struck.killBoth(first, second), timeoutMs);

  it('every moment was hit; nothing is billed twice, no vector is double, and no file is left at the provider', async () => {
    struck.expectHit([...moments, ...together.flatMap(([, , first, second]) => [first, second])]);
    await struck.expectNothingTwice();
  });
});

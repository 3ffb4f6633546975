import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { momentOf, moments, type Moment } from '../../crash/moments.js';
import { KilledEngine, type Afterwards } from '../killed-engine.js';

const timeoutMs = 600_000;

/** Alternating, so that every service has both. */
const alone = moments.map((moment, index): [string, string, Afterwards, Moment] => {
  return [moment.service, moment.name, index % 2 === 0 ? 'restarted' : 'taken over by a replica', moment];
});

/** The second service of a pair comes before the first among the stages: it reaches its moment while the first is dead. */
const together = (
  [
    ['in the middle of a download', 'after create was accepted, before its answer'],
    ['after the vectors, before the documents', 'half uploaded'],
    ['interleaving 12: after the documents, before the checkpoint', 'a batch is settled, its event not published'],
    ['while a batch is polled', 'a batch is recorded, its event not published'],
    ['armed, create not called', 'interleaving 1: documents are marked, their claim not sealed'],
    ['a notification is recorded, its message not committed', 'a run has ended, its event not published'],
  ] as const
).map(([first, second]): [string, string, Moment, Moment] => [first, second, momentOf(first), momentOf(second)]);

/** Every run finds the data of the previous moments on the servers. The last test checks all of it. */
describe('kill -9 of every service on real servers', () => {
  let killedEngine: KilledEngine;

  beforeAll(async () => {
    killedEngine = await KilledEngine.open();
  });
  afterAll(() => killedEngine.close(), 600_000);

  it.each(alone)(
    'of %s at the moment: %s; %s',
    (_, __, afterwards, moment) => killedEngine.killAt(moment, afterwards),
    timeoutMs,
  );

  it.each(together)(
    'of two at once: %s; and %s',
    (_, __, first, second) => killedEngine.killBoth(first, second),
    timeoutMs,
  );

  it('every moment was reached; nothing is billed twice, no vector is stored twice, and no file is left at the provider', async () => {
    killedEngine.expectHit([...moments, ...together.flatMap(([, , first, second]) => [first, second])]);
    await killedEngine.expectNothingTwice();
  });
});
